/* The tree of a SquashFS 4 file system as MessagePack: an array of maps with the fields of `Entry`
   of `unpack/sink.py`. The quick form of `Walk` of `unpack/formats/filesystems/squashfs.py`; it
   answers for a sound tree in little-endian order only. Reference: Linux,
   fs/squashfs/squashfs_fs.h. */

#include <string.h>

#include "kernels.h"

enum { UNSOUND = -1, DEEPEST = 200, LONGEST = 4096, METADATA = 8192, RUN = 256 };
enum { DIRECTORY, FILE_, SYMLINK, BLOCK, CHARACTER, FIFO, SOCKET, KINDS };
enum { RAW = 1 << 24 };
static const uint32_t NONE = 0xFFFFFFFF;
static const uint64_t FARTHEST = (uint64_t)1 << 60;

/* A decoded table: where its blocks are stored, ascending, and where each begins in `data`. */
typedef struct {
    const uint8_t *data;
    int64_t size;
    const int64_t *blocks, *starts;
    int64_t count;
} Table;

/* What the caller states, in the order of `_SHAPE` of `squash/listing.py`. */
typedef struct {
    int64_t start, root, block_size, largest, entries, inode_size, inode_blocks;
    int64_t directory_size, directory_blocks, owners, fragments, attributes, codec_size, room;
    int64_t odd_room, visited_room;
} Shape;

/* What is written: the entries, the numbers of those that Python has to complete, each with the
   number of its attributes or -1, and the references of all directories. */
typedef struct {
    const Shape *shape;
    Table inodes, directories;
    const int64_t *owners, *fragments;
    const uint8_t *codec;
    uint8_t *out;
    int64_t written, entries, odd, visited;
    int64_t *oddities, *references;
    uint8_t path[LONGEST];
    int64_t path_size;
} Walk;

typedef struct {
    uint32_t kind, mode, mtime, fragment, fragment_offset, device, attributes;
    int64_t owner, group;
    uint64_t size, start, block, offset;
    const uint8_t *words, *target;
    int64_t count;
} Inode;

/* A directory under way: what is left of its run, and of the run's entries. */
typedef struct {
    int64_t at, end, left, path_size;
    uint32_t start;
} Level;

static uint32_t half(const uint8_t *at) {
    return half_at(at, 0);
}

static uint32_t word(const uint8_t *at) {
    return word_at(at, 0);
}

static uint64_t quad(const uint8_t *at) {
    return (uint64_t)word(at + 4) << 32 | word(at);
}

/* Returns where the byte `offset` of the block stored at `block` is, or UNSOUND. */
static int64_t position(const Table *table, uint64_t block, uint64_t offset) {
    if (block > FARTHEST || offset >= METADATA) return UNSOUND;
    int64_t place = lower_bound(table->blocks, table->count, (int64_t)block);
    if (place == table->count || table->blocks[place] != (int64_t)block) return UNSOUND;
    return table->starts[place] + (int64_t)offset;
}

/* Returns `size` bytes of a table at `at`, NULL where it does not hold them. */
static const uint8_t *bytes_at(const Table *table, int64_t at, int64_t size) {
    return at >= 0 && size >= 0 && at <= table->size - size ? table->data + at : NULL;
}

static int64_t owner_of(const Walk *walk, uint32_t index) {
    return index < (uint64_t)walk->shape->owners ? walk->owners[index] : -1;
}

static int read_directory(const uint8_t *at, int extended, Inode *found) {
    uint32_t size = extended ? word(at + 4) : half(at + 8);
    found->block = word(at + (extended ? 8 : 0));
    found->offset = half(at + (extended ? 18 : 10));
    if (extended) found->attributes = word(at + 20);
    found->size = size > 3 ? size - 3 : 0;
    return 0;
}

/* Reads a file's inode behind its first 16 bytes, of which `at` is, and its size words. */
static int read_file(const Walk *walk, int64_t place, int extended, Inode *found) {
    const int64_t head = extended ? 40 : 16;
    const uint8_t *at = bytes_at(&walk->inodes, place, head);
    if (at == NULL) return UNSOUND;
    found->start = extended ? quad(at) : word(at);
    found->size = extended ? quad(at + 8) : word(at + 12);
    found->fragment = word(at + (extended ? 28 : 4));
    found->fragment_offset = word(at + (extended ? 32 : 8));
    if (extended) found->attributes = word(at + 36);
    if (found->size > (uint64_t)walk->shape->largest || found->start > FARTHEST) return UNSOUND;
    int64_t size = (int64_t)found->size, block = walk->shape->block_size;
    found->count = size / block + (found->fragment == NONE && size % block);
    found->words = bytes_at(&walk->inodes, place + head, 4 * found->count);
    return found->words == NULL ? UNSOUND : 0;
}

static int read_symlink(const Walk *walk, int64_t place, int extended, Inode *found) {
    const uint8_t *at = bytes_at(&walk->inodes, place, 8);
    if (at == NULL) return UNSOUND;
    found->size = word(at + 4);
    if (found->size > LONGEST) return UNSOUND;
    int64_t size = (int64_t)found->size;
    found->target = bytes_at(&walk->inodes, place + 8, size + (extended ? 4 : 0));
    if (found->target == NULL) return UNSOUND;
    if (extended) found->attributes = word(found->target + size);
    return 0;
}

/* Reads what of an inode depends on its kind; `place` is behind its first 16 bytes. */
static int read_rest(const Walk *walk, int64_t place, int extended, Inode *found) {
    static const int64_t sizes[2][KINDS] = {{16, 0, 0, 8, 8, 0, 0}, {24, 0, 0, 12, 12, 8, 8}};
    if (found->kind == FILE_) return read_file(walk, place, extended, found);
    if (found->kind == SYMLINK) return read_symlink(walk, place, extended, found);
    const uint8_t *at = bytes_at(&walk->inodes, place, sizes[extended][found->kind]);
    if (at == NULL) return UNSOUND;
    if (found->kind == DIRECTORY) return read_directory(at, extended, found);
    int device = found->kind == BLOCK || found->kind == CHARACTER;
    if (device) found->device = word(at + 4);
    if (extended) found->attributes = word(at + (device ? 8 : 4));
    return 0;
}

/* Reads the inode at a place in the inode table. */
static int read_inode(const Walk *walk, uint64_t block, uint64_t offset, Inode *found) {
    const int64_t place = position(&walk->inodes, block, offset);
    const uint8_t *at = bytes_at(&walk->inodes, place, 16);
    if (place < 0 || at == NULL) return UNSOUND;
    uint32_t kind = half(at);
    if (kind < 1 || kind > 2 * KINDS) return UNSOUND;
    memset(found, 0, sizeof *found);
    found->kind = (kind - 1) % KINDS;
    found->mode = half(at + 2) & 07777;
    found->owner = owner_of(walk, half(at + 4));
    found->group = owner_of(walk, half(at + 6));
    found->mtime = word(at + 8);
    found->attributes = NONE;
    return read_rest(walk, place + 16, kind > KINDS, found);
}

static int put(Walk *walk, const void *bytes, int64_t size) {
    if (size > walk->shape->room - walk->written) return UNSOUND;
    memcpy(walk->out + walk->written, bytes, (size_t)size);
    walk->written += size;
    return 0;
}

/* Writes a number of `size` bytes behind the mark of its type. */
static int put_marked(Walk *walk, uint8_t mark, uint64_t value, int size) {
    uint8_t bytes[9] = {mark};
    for (int one = 0; one < size; one++) bytes[1 + one] = (uint8_t)(value >> 8 * (size - 1 - one));
    return put(walk, bytes, 1 + size);
}

/* Writes a number that is not negative, or -1. */
static int put_number(Walk *walk, int64_t value) {
    if (value < 0) return put_marked(walk, 0xFF, 0, 0);
    if (value < 128) return put_marked(walk, (uint8_t)value, 0, 0);
    if (value <= 0xFFFF) return put_marked(walk, 0xCD, (uint64_t)value, 2);
    if (value <= 0xFFFFFFFF) return put_marked(walk, 0xCE, (uint64_t)value, 4);
    return put_marked(walk, 0xCF, (uint64_t)value, 8);
}

/* Writes bytes as text, each byte above 127 as the character of its number. */
static int put_text(Walk *walk, const uint8_t *bytes, int64_t size) {
    int64_t high = 0;
    for (int64_t one = 0; one < size; one++) high += bytes[one] >> 7;
    int failed = size + high < 32 ? put_marked(walk, (uint8_t)(0xA0 | (size + high)), 0, 0)
                                  : put_marked(walk, 0xDA, (uint64_t)(size + high), 2);
    if (failed || !high) return failed || put(walk, bytes, size) ? UNSOUND : 0;
    for (int64_t one = 0; one < size; one++) {
        uint8_t pair[2] = {(uint8_t)(0xC0 | bytes[one] >> 6), (uint8_t)(0x80 | (bytes[one] & 63))};
        if (bytes[one] & 0x80 ? put(walk, pair, 2) : put(walk, bytes + one, 1)) return UNSOUND;
    }
    return 0;
}

static int put_key(Walk *walk, const char *name) {
    return put_text(walk, (const uint8_t *)name, (int64_t)strlen(name));
}

static int put_field(Walk *walk, const char *name, int64_t value) {
    return put_key(walk, name) || put_number(walk, value) ? UNSOUND : 0;
}

/* Says whether Python shows a text in another way than as it stands. */
static int is_odd(const uint8_t *bytes, int64_t size) {
    for (int64_t one = 0; one < size; one++)
        if (bytes[one] < ' ' || bytes[one] > '~' || bytes[one] == '\\') return 1;
    return 0;
}

/* Where a file's stored bytes begin and end; `end` is 0 for none. */
typedef struct {
    int64_t first, end;
} Span;

/* Writes one piece; its `skip` and `take` only where it is part of a block (`take` not 0). */
static int put_piece(Walk *walk, Span *span, int64_t at, uint32_t size, const int64_t part[3]) {
    int64_t stored = size & (RAW - 1);
    const char *plain = stored ? "raw" : "hole";
    if (put_marked(walk, part[2] ? 0x96 : 0x94, 0, 0) || put_number(walk, at)) return UNSOUND;
    if (put_number(walk, stored)) return UNSOUND;
    if (!stored || size & RAW ? put_key(walk, plain)
                              : put_text(walk, walk->codec, walk->shape->codec_size))
        return UNSOUND;
    if (put_number(walk, part[0])) return UNSOUND;
    if (part[2] && (put_number(walk, part[1]) || put_number(walk, part[2]))) return UNSOUND;
    if (!stored) return 0;
    if (!span->end || at < span->first) span->first = at;
    if (at + stored > span->end) span->end = at + stored;
    return 0;
}

/* Writes where the content of a file is: its blocks, and its part of a fragment. */
static int put_content(Walk *walk, const Inode *inode) {
    const Shape *shape = walk->shape;
    Span span = {0, 0};
    int64_t at = shape->start + (int64_t)inode->start, left = (int64_t)inode->size;
    int64_t covered = shape->block_size * inode->count;
    int fragment = inode->fragment != NONE && left > covered;
    if (fragment && inode->fragment >= (uint64_t)shape->fragments) return UNSOUND;
    if (put_key(walk, "pieces")) return UNSOUND;
    if (put_marked(walk, 0xDD, (uint64_t)(inode->count + fragment), 4)) return UNSOUND;
    for (int64_t one = 0; one < inode->count; one++) {
        uint32_t size = word(inode->words + 4 * one);
        const int64_t part[3] = {left < shape->block_size ? left : shape->block_size, 0, 0};
        if (put_piece(walk, &span, at, size, part)) return UNSOUND;
        at += size & (RAW - 1);
        left -= part[0];
    }
    if (fragment) {
        const int64_t *row = walk->fragments + 2 * (int64_t)inode->fragment;
        const int64_t part[3] = {shape->block_size, inode->fragment_offset, left};
        if (row[0] < 0 || row[0] > (int64_t)FARTHEST) return UNSOUND;
        if (put_piece(walk, &span, shape->start + row[0], (uint32_t)row[1], part)) return UNSOUND;
    }
    if (put_field(walk, "offset", span.first)) return UNSOUND;
    if (put_field(walk, "length", span.end - span.first)) return UNSOUND;
    return put_field(walk, "size", (int64_t)inode->size);
}

/* Writes a decimal number of at most seven digits behind `*end`. */
static void decimal(uint8_t **end, uint32_t value) {
    uint8_t digits[10];
    int count = 0;
    do digits[count++] = (uint8_t)('0' + value % 10);
    while (value /= 10);
    while (count) *(*end)++ = digits[--count];
}

static int put_device(Walk *walk, const Inode *inode) {
    uint8_t text[24], *end = text;
    uint32_t device = inode->device;
    *end++ = inode->kind == BLOCK ? 'b' : 'c';
    decimal(&end, device >> 8 & 0xFFF);
    *end++ = ':';
    decimal(&end, (device & 0xFF) | (device >> 12 & 0xFFF00));
    if (put_key(walk, "device") || put_text(walk, text, end - text)) return UNSOUND;
    return put_field(walk, "offset", 0) || put_field(walk, "length", 0) ? UNSOUND : 0;
}

/* Writes what an entry says beyond its path, kind, rights, owners and time. */
static int put_rest(Walk *walk, const Inode *inode) {
    if (inode->kind == FILE_) return put_content(walk, inode);
    if (inode->kind == BLOCK || inode->kind == CHARACTER) return put_device(walk, inode);
    if (inode->kind == SYMLINK) {
        if (put_key(walk, "target")) return UNSOUND;
        if (put_text(walk, inode->target, (int64_t)inode->size)) return UNSOUND;
    }
    int64_t offset = inode->kind == DIRECTORY ? walk->shape->start : 0;
    return put_field(walk, "offset", offset) || put_field(walk, "length", 0) ? UNSOUND : 0;
}

/* Notes an entry that Python completes: with attributes, or with a text to show in its way. */
static int note_oddity(Walk *walk, const Inode *inode) {
    int known = inode->attributes != NONE && inode->attributes < (uint64_t)walk->shape->attributes;
    int odd = is_odd(walk->path, walk->path_size);
    if (inode->kind == SYMLINK) odd |= is_odd(inode->target, (int64_t)inode->size);
    if (!known && !odd) return 0;
    if (walk->odd == walk->shape->odd_room) return UNSOUND;
    walk->oddities[2 * walk->odd] = walk->entries;
    walk->oddities[2 * walk->odd++ + 1] = known ? (int64_t)inode->attributes : -1;
    return 0;
}

/* Writes the entry at the present path. */
static int put_entry(Walk *walk, const Inode *inode) {
    static const char *const kinds[KINDS] = {"directory", "file", "symlink", "device",
                                             "device",    "fifo", "socket"};
    static const uint8_t fields[KINDS] = {8, 10, 9, 9, 9, 8, 8};
    if (walk->entries == walk->shape->entries || note_oddity(walk, inode)) return UNSOUND;
    walk->entries++;
    if (put_marked(walk, 0x80 | fields[inode->kind], 0, 0) || put_key(walk, "path") ||
        put_text(walk, walk->path, walk->path_size))
        return UNSOUND;
    if (put_key(walk, "kind") || put_key(walk, kinds[inode->kind])) return UNSOUND;
    if (put_field(walk, "mode", inode->mode) || put_field(walk, "uid", inode->owner) ||
        put_field(walk, "gid", inode->group) || put_field(walk, "mtime", inode->mtime))
        return UNSOUND;
    return put_rest(walk, inode);
}

/* Begins the directory of an inode at a reference. */
static int enter(Walk *walk, const Inode *inode, int64_t reference, Level *level) {
    if (inode->kind != DIRECTORY || walk->visited == walk->shape->visited_room) return UNSOUND;
    walk->references[walk->visited++] = reference;
    level->at = inode->size ? position(&walk->directories, inode->block, inode->offset) : 0;
    level->end = level->at + (int64_t)inode->size;
    level->left = 0;
    level->path_size = walk->path_size;
    return level->at < 0 ? UNSOUND : 0;
}

/* Reads the next name of a directory into the path, and where its inode is. */
static int read_name(Walk *walk, Level *level, uint64_t *offset) {
    if (!level->left) {
        const uint8_t *run = bytes_at(&walk->directories, level->at, 12);
        if (run == NULL || word(run) >= RUN) return UNSOUND;
        level->left = (int64_t)word(run) + 1;
        level->start = word(run + 4);
        level->at += 12;
    }
    const uint8_t *head = bytes_at(&walk->directories, level->at, 8);
    if (head == NULL) return UNSOUND;
    int64_t size = (int64_t)half(head + 6) + 1;
    const uint8_t *name = bytes_at(&walk->directories, level->at + 8, size);
    int64_t from = level->path_size + (level->path_size > 0);
    if (name == NULL || from + size >= LONGEST || memchr(name, '/', (size_t)size)) return UNSOUND;
    if (name[0] == '.' && (size == 1 || (size == 2 && name[1] == '.'))) return UNSOUND;
    if (from) walk->path[from - 1] = '/';
    memcpy(walk->path + from, name, (size_t)size);
    walk->path_size = from + size;
    level->at += 8 + size;
    level->left--;
    *offset = half(head);
    return 0;
}

/* Writes everything below the root. */
static int walk_tree(Walk *walk) {
    Level levels[DEEPEST + 1];
    Inode inode;
    uint64_t root = (uint64_t)walk->shape->root, offset;
    if (read_inode(walk, root >> 16, root & 0xFFFF, &inode)) return UNSOUND;
    if (enter(walk, &inode, walk->shape->root, levels)) return UNSOUND;
    for (int depth = 0; depth >= 0;) {
        Level *level = levels + depth;
        if (!level->left && level->at >= level->end) {
            depth--;
            continue;
        }
        if (read_name(walk, level, &offset)) return UNSOUND;
        if (read_inode(walk, level->start, offset, &inode)) return UNSOUND;
        if (put_entry(walk, &inode)) return UNSOUND;
        if (inode.kind != DIRECTORY) continue;
        int64_t reference = (int64_t)level->start << 16 | (int64_t)offset;
        if (depth == DEEPEST) return UNSOUND;
        if (enter(walk, &inode, reference, levels + ++depth)) return UNSOUND;
    }
    return 0;
}

/* Writes the entries of a tree to `out`, what Python completes to `oddities` (rows of two), and the
   references of directories. Tables come as their bytes, then where their blocks are stored and
   begin. Returns how many bytes were written, and to `counts` the entries, oddities and
   references; -1 where the tree is not sound, or there is no room. */
KERNEL int64_t assay_squash_tree(const int64_t *shape, const uint8_t *inodes,
                                 const int64_t *inode_blocks, const uint8_t *directories,
                                 const int64_t *directory_blocks, const int64_t *owners,
                                 const int64_t *fragments, const uint8_t *codec, uint8_t *out,
                                 int64_t *oddities, int64_t *references, int64_t *counts) {
    const Shape *given = (const Shape *)shape;
    Walk walk = {.shape = given, .owners = owners, .fragments = fragments, .codec = codec};
    walk.inodes = (Table){inodes, given->inode_size, inode_blocks,
                          inode_blocks + given->inode_blocks, given->inode_blocks};
    walk.directories = (Table){directories, given->directory_size, directory_blocks,
                               directory_blocks + given->directory_blocks, given->directory_blocks};
    walk.out = out;
    walk.oddities = oddities;
    walk.references = references;
    walk.written = 5; /* the mark and the length of the array, which come last */
    if (given->room < walk.written || walk_tree(&walk)) return UNSOUND;
    int64_t written = walk.written;
    walk.written = 0;
    if (put_marked(&walk, 0xDD, (uint64_t)walk.entries, 4)) return UNSOUND;
    counts[0] = walk.entries;
    counts[1] = walk.odd;
    counts[2] = walk.visited;
    return written;
}
