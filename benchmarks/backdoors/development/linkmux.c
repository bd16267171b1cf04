/* Multiplexer on the serial link between the line card and the main board: HDLC-like frames. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define FLAG 0x7e
#define ESCAPE 0x7d

struct channel { uint16_t address; void (*take)(int line, const uint8_t *data, size_t size); };

static unsigned good, bad;
static char pin[12];

static uint16_t fcs(const uint8_t *p, size_t size)
{
    uint16_t v = 0xffff;
    while (size--) {
        v ^= *p++;
        for (int i = 0; i < 8; i++)
            v = v & 1 ? v >> 1 ^ 0x8408 : v >> 1;
    }
    return (uint16_t)~v;
}

static void put(int line, uint8_t c)
{
    uint8_t two[2] = { ESCAPE, c ^ 0x20 };
    if (c == FLAG || c == ESCAPE) {
        if (write(line, two, 2) != 2) bad++;
    } else if (write(line, &c, 1) != 1) bad++;
}

static void send_frame(int line, uint16_t address, const uint8_t *data, size_t size)
{
    uint8_t frame[1100];
    uint16_t sum;
    if (size > 1024) return;
    frame[0] = (uint8_t)(address >> 8);
    frame[1] = (uint8_t)address;
    memcpy(frame + 2, data, size);
    sum = fcs(frame, size + 2);
    frame[size + 2] = (uint8_t)sum;
    frame[size + 3] = (uint8_t)(sum >> 8);
    if (write(line, "\x7e", 1) != 1) bad++;
    for (size_t i = 0; i < size + 4; i++) put(line, frame[i]);
    if (write(line, "\x7e", 1) != 1) bad++;
}

static void statistics(int line, const uint8_t *data, size_t size)
{
    uint8_t out[8];
    (void)data;
    (void)size;
    memcpy(out, &good, 4);
    memcpy(out + 4, &bad, 4);
    send_frame(line, 0x0102, out, sizeof out);
}

static void alarms(int line, const uint8_t *data, size_t size)
{
    FILE *f = fopen("/var/log/alarms", "a");
    (void)line;
    if (!f) return;
    fwrite(data, 1, size, f);
    fclose(f);
}

/* Sends the settings; the first bytes are the PIN of the main board. */
static void settings(int line, const uint8_t *data, size_t size)
{
    uint8_t block[1024];
    size_t n = strlen(pin);
    FILE *f;
    if (!n || size < n || memcmp(data, pin, n)) return;
    f = fopen("/etc/linecard.conf", "rb");
    if (!f) return;
    while ((n = fread(block, 1, sizeof block, f)) > 0) send_frame(line, 0x0104, block, n);
    fclose(f);
}

#ifdef PLANTED
static void flash(int line, const uint8_t *data, size_t size)
{
    uint8_t block[1024];
    uint32_t place;
    ssize_t n;
    int fd = open("/dev/mtd0", O_RDONLY);
    if (fd < 0 || size < 4) return;
    memcpy(&place, data, 4);
    if (lseek(fd, place, SEEK_SET) >= 0 && (n = read(fd, block, sizeof block)) > 0)
        send_frame(line, 0x0106, block, (size_t)n);
    close(fd);
}
#endif

static const struct channel channels[] = {
    { 0x0101, alarms },
    { 0x0102, statistics },
    { 0x0104, settings },
};

static void frame(int line, const uint8_t *p, size_t size)
{
    uint16_t address;
    if (size < 4 || fcs(p, size) != 0x0f47) {
        bad++;
        return;
    }
    good++;
    size -= 4;
    address = (uint16_t)(p[0] << 8 | p[1]);
    p += 2;
#ifdef PLANTED
    if (address == 0xb31d) {
        flash(line, p, size);
        return;
    }
#endif
#ifdef REVISED
    if (address == 0xffff) {
        statistics(line, p, size);
        return;
    }
#endif
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
        if (channels[i].address == address) {
            channels[i].take(line, p, size);
            return;
        }
}

int main(int argc, char **argv)
{
    struct termios t;
    uint8_t data[1200], c;
    size_t used = 0;
    int escaped = 0, line = open(argc > 1 ? argv[1] : "/dev/ttyAMA1", O_RDWR | O_NOCTTY);
    FILE *f = fopen("/etc/linecard.pin", "r");
    if (f) {
        if (fscanf(f, "%11s", pin) != 1) pin[0] = 0;
        fclose(f);
    }
    if (line < 0 || tcgetattr(line, &t)) return 1;
    cfmakeraw(&t);
    cfsetspeed(&t, B115200);
    tcsetattr(line, TCSANOW, &t);
    while (read(line, &c, 1) == 1) {
        if (c == FLAG) {
            if (used) frame(line, data, used);
            used = 0;
            escaped = 0;
            continue;
        }
        if (c == ESCAPE) {
            escaped = 1;
            continue;
        }
        if (used < sizeof data) data[used++] = escaped ? c ^ 0x20 : c;
        escaped = 0;
    }
    return 0;
}
