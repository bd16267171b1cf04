/* Reset vector. The words at 0x08..0x1f are data: a name, and a word that the Malta board
   replaces by its revision when read. */
    .set noreorder
    .section .text.start, "ax"
    .globl _start
_start:
    b       1f
    nop
    .ascii  "EDGEBOOT"
    .word   0, 0, 0, 0
1:  mfc0    $t0, $12             /* Status: interrupts off, normal exception vectors */
    li      $t1, 0x0
    mtc0    $t1, $12
    mtc0    $zero, $13           /* Cause */
    li      $t0, 3               /* Config.K0: kseg0 cacheable */
    mtc0    $t0, $16
    lui     $sp, 0x8070          /* stack below the decoder's table */
    la      $t9, boot_main
    jalr    $t9
    nop
2:  b       2b
    nop
