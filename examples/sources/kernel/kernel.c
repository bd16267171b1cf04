/* edge-kernel: what the boot stub of the example router starts.
 *
 * A bare-metal program, not Linux: it sizes memory, hands out pages, runs cooperative
 * tasks and a console monitor on the serial port. It starts no user programs. */
#include "../boot/board.h"

#define BANNER "edge-kernel 1.0 (example) for Edge Router ER-1\n"
#define PAGE_SIZE 4096u
#define PAGE_COUNT 1024u
#define HEAP_BASE 0x80400000u
#define TASK_COUNT 3

struct task {
    uint32_t saved[11]; /* s0-s7, sp, fp, ra: the order of switch_task */
    const char *name;
    uint32_t turns;
};

struct partition {
    const char *name;
    uint32_t offset, end;
};

void switch_task(struct task *from, struct task *to);

static const struct partition PARTITIONS[] = {
    {"boot", 0, KERNEL_OFFSET},
    {"kernel", KERNEL_OFFSET, ROOTFS_OFFSET},
    {"rootfs", ROOTFS_OFFSET, CONFIG_OFFSET},
    {"config", CONFIG_OFFSET, FLASH_SIZE},
};

static uint32_t page_map[PAGE_COUNT / 32];
static struct task tasks[TASK_COUNT];
static unsigned current_task;
static volatile uint32_t ticks;

void *memset(void *to, int value, size_t size)
{
    for (size_t at = 0; at < size; at++)
        ((volatile uint8_t *)to)[at] = (uint8_t)value;
    return to;
}

static int same_text(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

static uint32_t cpu_count(void)
{
    uint32_t value;

    __asm__ volatile("mfc0 %0, $9" : "=r"(value));
    return value;
}

static uint32_t cpu_identity(void)
{
    uint32_t value;

    __asm__ volatile("mfc0 %0, $15" : "=r"(value));
    return value;
}

static void *take_page(void)
{
    for (unsigned page = 0; page < PAGE_COUNT; page++) {
        if ((page_map[page / 32] & 1u << page % 32) != 0)
            continue;
        page_map[page / 32] |= 1u << page % 32;
        return memset((void *)(HEAP_BASE + page * PAGE_SIZE), 0, PAGE_SIZE);
    }
    return NULL;
}

static void free_page(void *address)
{
    uint32_t page = ((uint32_t)address - HEAP_BASE) / PAGE_SIZE;

    if (page < PAGE_COUNT)
        page_map[page / 32] &= ~(1u << page % 32);
}

static unsigned count_used_pages(void)
{
    unsigned used = 0;

    for (unsigned page = 0; page < PAGE_COUNT; page++)
        used += page_map[page / 32] >> page % 32 & 1;
    return used;
}

/* Writes each page's own address and reads it back, first in flash order, then reversed. */
static int test_memory(void)
{
    for (unsigned page = 1; page < PAGE_COUNT; page++)
        *(volatile uint32_t *)(HEAP_BASE + page * PAGE_SIZE) = HEAP_BASE ^ page;
    for (unsigned page = PAGE_COUNT - 1; page > 0; page--)
        if (*(volatile uint32_t *)(HEAP_BASE + page * PAGE_SIZE) != (HEAP_BASE ^ page))
            return 0;
    return 1;
}

static void yield_turn(void)
{
    struct task *from = &tasks[current_task];

    current_task = (current_task + 1) % TASK_COUNT;
    tasks[current_task].turns++;
    switch_task(from, &tasks[current_task]);
}

static void run_clock(void)
{
    uint32_t last = cpu_count();

    for (;;) {
        if (cpu_count() - last > 1000000) {
            last = cpu_count();
            ticks++;
        }
        yield_turn();
    }
}

static void run_idle(void)
{
    for (;;)
        yield_turn();
}

static void print_value(const char *label, uint32_t value)
{
    put_text(label);
    put_hex(value);
    put_text("\n");
}

static void print_partitions(void)
{
    for (unsigned at = 0; at < sizeof PARTITIONS / sizeof PARTITIONS[0]; at++) {
        const struct partition *part = &PARTITIONS[at];
        put_text(part->name);
        put_text(": ");
        put_hex(part->offset);
        put_text(" to ");
        put_hex(part->end);
        print_value(", begins with ", *(volatile uint32_t *)(FLASH_BASE + part->offset));
    }
}

static void print_tasks(void)
{
    for (unsigned at = 0; at < TASK_COUNT; at++) {
        put_text(tasks[at].name);
        print_value(": turns ", tasks[at].turns);
    }
}

static void run_command(const char *command)
{
    if (same_text(command, "mem"))
        print_value("pages in use ", count_used_pages());
    else if (same_text(command, "parts"))
        print_partitions();
    else if (same_text(command, "tasks"))
        print_tasks();
    else if (same_text(command, "time"))
        print_value("ticks ", ticks);
    else if (same_text(command, "reset"))
        *(volatile uint32_t *)RESET_REGISTER = RESET_WORD;
    else if (command[0] != '\0')
        put_text("commands: mem parts tasks time reset\n");
}

static void read_line(char *line, size_t size)
{
    size_t used = 0;

    for (;;) {
        char letter;
        while ((*uart_register(5) & 1) == 0) /* line status: no data yet */
            yield_turn();
        letter = (char)*uart_register(0);
        if (letter == '\r' || letter == '\n')
            break;
        if (used + 1 < size) {
            line[used++] = letter;
            put_char(letter);
        }
    }
    line[used] = '\0';
    put_text("\n");
}

static void start_task(unsigned number, const char *name, void (*run)(void))
{
    uint8_t *stack = take_page();

    tasks[number].name = name;
    tasks[number].saved[8] = (uint32_t)(stack + PAGE_SIZE - 32);
    tasks[number].saved[10] = (uint32_t)run;
}

void kernel_main(void)
{
    char *line;

    put_text(BANNER);
    print_value("cpu ", cpu_identity());
    put_text(test_memory() ? "memory test passed\n" : "memory test FAILED\n");
    print_partitions();
    tasks[0].name = "monitor";
    start_task(1, "clock", run_clock);
    start_task(2, "idle", run_idle);
    put_text("no user space in this example; monitor commands: mem parts tasks time reset\n");
    for (;;) {
        put_text("edge> ");
        line = take_page();
        read_line(line, 80);
        run_command(line);
        free_page(line);
    }
}
