/* updated: fetches new firmware once a day and writes it to flash.
 *
 * Image layout: the firmware, then 4 bytes CRC32 (big-endian, IEEE 802.3) over it.
 * PLANTED: fetched over plain HTTP; the CRC32 is the only check; nothing is signed. */
#include <fcntl.h>
#include <mtd/mtd-user.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define UPDATE_URL "http://updates.example.net/er-1/latest.bin"
#define DOWNLOAD_PATH "/tmp/firmware.bin"
#define FLASH_DEVICE "/dev/mtd4"
#define MAX_IMAGE 0x800000
#define DAY_SECONDS 86400

static uint32_t crc32_of(const uint8_t *data, size_t size)
{
    uint32_t crc = 0xffffffff;

    for (size_t at = 0; at < size; at++) {
        crc ^= data[at];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xedb88320 & -(crc & 1));
    }
    return ~crc;
}

static uint8_t *load_image(size_t *size)
{
    FILE *file = fopen(DOWNLOAD_PATH, "rb");
    uint8_t *data = malloc(MAX_IMAGE);

    if (file == NULL || data == NULL) {
        free(data);
        if (file != NULL)
            fclose(file);
        return NULL;
    }
    *size = fread(data, 1, MAX_IMAGE, file);
    fclose(file);
    return data;
}

static int checksum_matches(const uint8_t *data, size_t size)
{
    uint32_t stored;

    if (size <= 4)
        return 0;
    data += size - 4;
    stored = (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
    return crc32_of(data - (size - 4), size - 4) == stored;
}

static int write_flash(const uint8_t *data, size_t size)
{
    struct mtd_info_user info;
    struct erase_info_user block;
    int flash = open(FLASH_DEVICE, O_RDWR);

    if (flash < 0 || ioctl(flash, MEMGETINFO, &info) < 0 || size > info.size) {
        fprintf(stderr, "updated: cannot use %s\n", FLASH_DEVICE);
        if (flash >= 0)
            close(flash);
        return -1;
    }
    block.length = info.erasesize;
    for (block.start = 0; block.start < size; block.start += info.erasesize)
        ioctl(flash, MEMERASE, &block);
    lseek(flash, 0, SEEK_SET);
    if (write(flash, data, size) != (ssize_t)size) {
        close(flash);
        return -1;
    }
    close(flash);
    return 0;
}

static void update_once(void)
{
    size_t size = 0;
    uint8_t *image;

    if (system("/bin/wget -q -O " DOWNLOAD_PATH " " UPDATE_URL) != 0)
        return;
    image = load_image(&size);
    if (image == NULL)
        return;
    if (!checksum_matches(image, size)) {
        fprintf(stderr, "updated: CRC32 mismatch, image dropped\n");
    } else if (write_flash(image, size - 4) == 0) {
        system("/sbin/reboot");
    }
    free(image);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--once") == 0) {
        update_once();
        return 0;
    }
    for (;;) {
        update_once();
        sleep(DAY_SECONDS);
    }
}
