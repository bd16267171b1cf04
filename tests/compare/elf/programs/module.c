/* A stand-in for a kernel module: strings, tables of pointers, calls to the outside. */
extern int printk(const char *form, ...);
extern void *allocate(unsigned size);

struct operation {
    const char *name;
    int (*run)(int);
};

static int counter;
static char banner[64] = "module built " WHEN;

static int start(int limit)
{
    counter += limit;
    return printk("start %s %d\n", banner, limit);
}

static int stop(int limit)
{
    if (counter > LIMIT)
        return printk("%s: too many (%d)\n", PLACE, counter);
    return limit - counter;
}

static const struct operation operations[] = {{"start", start}, {"stop", stop}};

int init_module(void)
{
    unsigned i;
    void *room = allocate(sizeof operations);
    for (i = 0; i < 2; i++)
        printk("%s at %p in %s\n", operations[i].name, room, PLACE);
    return operations[counter & 1].run(7);
}

void cleanup_module(void)
{
    printk("gone " WHEN "\n");
}
