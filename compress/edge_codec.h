
#ifndef EDGE_CODEC_H
#define EDGE_CODEC_H


#include <stddef.h>
#include <stdint.h>


/*
 * One content coding as a table of functions: no buffers, no policy, no
 * nginx.  A codec owns its encoder contexts and nothing else; every byte of
 * input and output belongs to the caller.
 */

#define EDGE_SIZE_UNKNOWN  UINT64_MAX


typedef struct edge_codec_s     edge_codec_t;
typedef struct edge_encoder_s   edge_encoder_t;
typedef struct edge_memory_s    edge_memory_t;


/* a span of input: bytes [pos, size) are still to be read */

typedef struct {
    const void  *data;
    size_t       size;
    size_t       pos;
} edge_in_t;


/* a span of output: bytes [pos, size) are still to be written */

typedef struct {
    void        *data;
    size_t       size;
    size_t       pos;
} edge_out_t;


typedef enum {
    EDGE_STEP_FEED,         /* take input, write when it pays */
    EDGE_STEP_FLUSH,        /* take input, write all that was taken */
    EDGE_STEP_PAUSE,        /* the same, so that another encoder may go on */
    EDGE_STEP_FINISH        /* take input, write it all, end the frame */
} edge_step_e;


typedef enum {
    EDGE_CODEC_DONE,        /* all input taken and the step is complete */
    EDGE_CODEC_MORE,        /* call again with more room in out */
    EDGE_CODEC_NO_MEMORY,   /* open, or the first step: nothing was taken
                               or written, the frame may start elsewhere */
    EDGE_CODEC_ERROR        /* the library failed; reset or close */
} edge_codec_rc_e;


/*
 * How zstd looks for repetitions, in its own terms: instead of what a level
 * stands for.  A chain_log of 0 means rows, which keep no chains.  Whole
 * bodies are searched by ourselves where attempts are given.
 */

typedef struct {
    unsigned     strategy;
    unsigned     hash_log;
    unsigned     chain_log;
    unsigned     search_log;
    unsigned     min_match;
    unsigned     attempts;
} edge_search_t;


/*
 * What an encoder is made for.  Two responses with equal parameters may use
 * the same encoder one after the other.
 */

typedef struct {
    int          level;             /* in the codec's own scale */
    unsigned     window_log;        /* window at most 2^n bytes; 0: no cap */
    unsigned     target_block;      /* bytes of a coded block; 0: codec's */
    unsigned     long_distance;     /* long distance matching: 0 or 1 */
    const void  *dictionary;        /* prepared by the codec, or NULL;
                                       outlives every encoder */
    const edge_search_t  *search;   /* NULL: the level's; outlives them, too */
} edge_params_t;


/*
 * What one encoder of a body leaves to the next where the coding is not
 * just frames one after the other.  Begins as zeros.
 */

typedef struct {
    uint64_t     size;              /* bytes of the body coded so far */
    uint32_t     check;             /* their CRC-32, where it is needed */
    unsigned     begun;             /* the coding's header is written */
    unsigned     headed;            /* what goes in front of the coding is */
} edge_progress_t;


struct edge_codec_s {
    /* the token of Content-Encoding */
    const char        *name;

    /*
     * A body may be several frames one after the other (RFC 8878, 3), so
     * PAUSE ends the frame.  If not, an encoder goes on where the one before
     * it paused, by resume().
     */
    unsigned           concatenates;

    /*
     * Makes an encoder for bodies of up to size_max bytes, or of unknown
     * size (EDGE_SIZE_UNKNOWN).  whole: each frame is one step FINISH, which
     * spares the encoder inner buffers.  With room for bound() bytes it is
     * DONE; with less it may be MORE, and the frame is to be abandoned.
     * Memory comes from the given account.  NULL: it refused.
     */
    edge_encoder_t  *(*create)(edge_memory_t *memory,
                        const edge_params_t *params, uint64_t size_max,
                        unsigned whole);

    /*
     * Starts a frame.  size: the exact bytes to come, written into the
     * frame where the coding has a place for it, or EDGE_SIZE_UNKNOWN.
     * Returns DONE, NO_MEMORY or ERROR.
     */
    edge_codec_rc_e  (*open)(edge_encoder_t *encoder, uint64_t size);

    /* Moves in->pos and out->pos. */
    edge_codec_rc_e  (*step)(edge_encoder_t *encoder, edge_step_e step,
                        edge_in_t *in, edge_out_t *out);

    /* Abandons the frame, keeps the memory.  After it: open. */
    void             (*reset)(edge_encoder_t *encoder);

    void             (*close)(edge_encoder_t *encoder);

    /* Bytes that an encoder for such bodies takes from its memory. */
    size_t           (*estimate)(const edge_params_t *params,
                        uint64_t size_max, unsigned whole);

    /* Most bytes that a frame of size bytes can take. */
    size_t           (*bound)(size_t size);

    /*
     * Between open and the first step: goes on from progress, which is the
     * caller's and is kept up to date from now on.  NULL: frames are enough.
     */
    void             (*resume)(edge_encoder_t *encoder,
                        edge_progress_t *progress);

    /* an encoder for large bodies codes small ones as one for these would */
    unsigned           adapts;
};


extern const edge_codec_t  edge_codec_zstd;
extern const edge_codec_t  edge_codec_brotli;
extern const edge_codec_t  edge_codec_gzip;

/*
 * Blocks as they are: a valid coding without an encoder, for when there is
 * no memory for one and the client was already told the coding.
 */
extern const edge_codec_t  edge_codec_zstd_stored;
extern const edge_codec_t  edge_codec_brotli_stored;
extern const edge_codec_t  edge_codec_gzip_stored;


#endif /* EDGE_CODEC_H */
