/* What all kernels share. They are called with the addresses and sizes of numpy arrays, own no
   memory beyond a call, and check every index that comes from an image before they use it. */

#ifndef ASSAY_KERNELS_H
#define ASSAY_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define KERNEL __attribute__((visibility("default")))

#endif
