/* The board as boot and kernel see it: a MIPS Malta's CBUS serial port and its boot flash. */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

#define FLASH_BASE 0xbfc00000u /* reset vector, uncached */
#define UART_BASE 0xbf000900u  /* 16550, one register per 8 bytes */
#define RESET_REGISTER 0xbf000500u
#define RESET_WORD 0x42u

#define KERNEL_OFFSET 0x10000u
#define ROOTFS_OFFSET 0x20000u
#define CONFIG_OFFSET 0x100000u
#define FLASH_SIZE 0x140000u

static inline volatile uint8_t *uart_register(unsigned number)
{
    return (volatile uint8_t *)(UART_BASE + number * 8);
}

static inline void put_char(char letter)
{
    while ((*uart_register(5) & 0x20) == 0) /* line status: transmitter empty */
        ;
    *uart_register(0) = (uint8_t)letter;
}

static inline void put_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            put_char('\r');
        put_char(*text);
    }
}

static inline void put_hex(uint32_t value)
{
    put_text("0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        put_char("0123456789abcdef"[value >> shift & 15]);
}

#endif
