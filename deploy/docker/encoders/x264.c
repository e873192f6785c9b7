/* Stands in for libx264, which is under the GPL: the names that libavcodec is linked with, and no encoder behind them.
 * Whoever asks for the encoder "libx264" is refused: no preset is known and nothing can be opened. */
#include <stddef.h>

const void *x264_levels[1] = {NULL};

void x264_param_default(void *param) { (void)param; }
int x264_param_default_preset(void *param, const char *preset, const char *tune) { (void)param, (void)preset, (void)tune; return -1; }
void x264_param_apply_fastfirstpass(void *param) { (void)param; }
int x264_param_apply_profile(void *param, const char *profile) { (void)param, (void)profile; return -1; }
void x264_param_cleanup(void *param) { (void)param; }
int x264_param_parse(void *param, const char *name, const char *value) { (void)param, (void)name, (void)value; return -1; }
void x264_picture_init(void *picture) { (void)picture; }
void *x264_encoder_open_165(void *param) { (void)param; return NULL; }
void x264_encoder_close(void *encoder) { (void)encoder; }
int x264_encoder_delayed_frames(void *encoder) { (void)encoder; return 0; }
int x264_encoder_maximum_delayed_frames(void *encoder) { (void)encoder; return 0; }
int x264_encoder_encode(void *encoder, void *nals, void *n, void *in, void *out) { (void)encoder, (void)nals, (void)n, (void)in, (void)out; return -1; }
int x264_encoder_headers(void *encoder, void *nals, void *n) { (void)encoder, (void)nals, (void)n; return -1; }
int x264_encoder_reconfig(void *encoder, void *param) { (void)encoder, (void)param; return -1; }
