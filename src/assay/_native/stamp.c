/* The digest of the C files that the library was compiled from, set by the build. */

#include "kernels.h"

KERNEL const char *const assay_sources = ASSAY_SOURCES;
