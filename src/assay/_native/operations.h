/* What an instruction does, and the marks of its operands: the constants of assay.code.listing. */

#ifndef ASSAY_OPERATIONS_H
#define ASSAY_OPERATIONS_H

#include "kernels.h"

enum { MEMORY_OPERAND = 248, FLAGS = 249, REGISTERS = 250, PARTIAL = 253, ZERO = 254, NONE = 255 };
enum { RELATIVE = 1 };
enum { ALWAYS, EQ, NE, SOMETIMES };
enum {
    OTHER,
    CONST,
    ADDI,
    ADD,
    ORI,
    INSERT,
    LOAD,
    STORE,
    LOADX,
    CALL,
    CALLR,
    CALLM,
    JUMP,
    JUMPR,
    JUMPM,
    BRANCH,
    CMPI,
    CMP,
    RET,
    STOP,
    BAD,
    CMPM,
    STOREI,
    TABLE,
    SUB,
    NOP,
    PUSH,
    POP,
    EXTEND
};

#endif
