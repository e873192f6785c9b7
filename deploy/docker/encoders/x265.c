/* Stands in for libx265, which is under the GPL. Whoever asks for the encoder "libx265" gets an interface that allocates nothing,
 * which libavcodec takes for a lack of memory. */
#include <stddef.h>
#include <string.h>

static void *nothing(void) { return NULL; }

const void *x265_api_get_216(int depth)
{
    static void *(*api[256])(void); /* longer than the real one; every member that is a function gives nothing */
    (void)depth;
    for (size_t i = 0; i < sizeof api / sizeof *api; i++)
        api[i] = nothing;
    return api;
}
