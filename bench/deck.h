
#ifndef DECK_H
#define DECK_H


/*
 * Which page next: every page once in a pseudo-random order, then all of them
 * in another one. So a run over whole decks has an even mix, and neither
 * caches nor branch predictors learn the order.
 */

typedef struct {
    int       size;
    int       drawn;
    unsigned  seed;
    int      *cards;
} deck_t;


/* Cards are 0 ... size - 1; equal seeds give equal orders. */
void deck_init(deck_t *deck, int size, unsigned seed);

int deck_draw(deck_t *deck);


#endif /* DECK_H */
