
#include <stdio.h>
#include <stdlib.h>

#include "deck.h"


void
deck_init(deck_t *deck, int size, unsigned seed)
{
    int  i;

    deck->size = size;
    deck->drawn = size;
    deck->seed = seed * 2654435761u + 1;
    deck->cards = malloc(size * sizeof(int));

    if (deck->cards == NULL) {
        perror("malloc");
        exit(1);
    }

    for (i = 0; i < size; i++) {
        deck->cards[i] = i;
    }
}


static unsigned
deck_random(deck_t *deck)
{
    deck->seed ^= deck->seed << 13;
    deck->seed ^= deck->seed >> 17;
    deck->seed ^= deck->seed << 5;

    return deck->seed;
}


static void
deck_shuffle(deck_t *deck)
{
    int  i, other, card;

    for (i = deck->size - 1; i > 0; i--) {
        other = deck_random(deck) % (i + 1);
        card = deck->cards[i];
        deck->cards[i] = deck->cards[other];
        deck->cards[other] = card;
    }

    deck->drawn = 0;
}


int
deck_draw(deck_t *deck)
{
    if (deck->drawn == deck->size) {
        deck_shuffle(deck);
    }

    return deck->cards[deck->drawn++];
}
