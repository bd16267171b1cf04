/* Packages of add-ons: an index, a signature, files that are unpacked and registered. */
#ifndef PKG_H
#define PKG_H

#include <stddef.h>
#include <stdint.h>

#define PKG_NAME 48
#define PKG_FILES 64

typedef struct {
    char name[PKG_NAME], version[24], vendor[32];
    unsigned count;
    struct { char path[128]; uint32_t size, mode; } files[PKG_FILES];
    const uint8_t *payload;
    size_t payload_size;
    uint64_t signature[4];
} package;

int package_parse(const uint8_t *data, size_t size, package *p, size_t *signed_size);
int signature_check(const uint8_t *data, size_t size, const package *p);
int install_files(const package *p, const char *root);
int registry_add(const package *p);
int registry_list(void);
void complain(const char *format, ...);

#endif
