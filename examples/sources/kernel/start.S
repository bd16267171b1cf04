/* Entry of edge-kernel: clears .bss, sets the stack, runs kernel_main. */
    .set noreorder
    .section .text.start, "ax"
    .globl _start
_start:
    la      $t0, __bss_start
    la      $t1, __bss_end
1:  beq     $t0, $t1, 2f
    nop
    sw      $zero, 0($t0)
    b       1b
    addiu   $t0, $t0, 4
2:  la      $sp, stack_top
    la      $t9, kernel_main
    jalr    $t9
    nop
3:  b       3b
    nop

    .globl switch_task          /* switch_task(struct task *from, struct task *to) */
switch_task:
    sw      $s0, 0($a0)
    sw      $s1, 4($a0)
    sw      $s2, 8($a0)
    sw      $s3, 12($a0)
    sw      $s4, 16($a0)
    sw      $s5, 20($a0)
    sw      $s6, 24($a0)
    sw      $s7, 28($a0)
    sw      $sp, 32($a0)
    sw      $fp, 36($a0)
    sw      $ra, 40($a0)
    lw      $s0, 0($a1)
    lw      $s1, 4($a1)
    lw      $s2, 8($a1)
    lw      $s3, 12($a1)
    lw      $s4, 16($a1)
    lw      $s5, 20($a1)
    lw      $s6, 24($a1)
    lw      $s7, 28($a1)
    lw      $sp, 32($a1)
    lw      $fp, 36($a1)
    lw      $ra, 40($a1)
    jr      $ra
    nop

    .section .bss
    .balign 16
    .space  8192
stack_top:
