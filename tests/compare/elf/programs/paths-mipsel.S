/* The page of a jump table waits on the stack; the index is added to it. */
	.set noreorder
	.set noat
	.set nomacro
	.text
	.globl pick
	.ent pick
	.type pick, @function
pick:
	lui $28, %hi(_gp_disp)
	addiu $28, $28, %lo(_gp_disp)
	addu $28, $28, $25
	addiu $sp, $sp, -48
	sw $31, 44($sp)
	move $23, $28
	lw $2, %got(table)($28)
	sw $2, 40($sp)
	lw $2, %got(numbers)($28)
	sw $2, 36($sp)
	sltiu $1, $4, 4
	beqz $1, 9f
	sll $1, $4, 2
	lw $3, 40($sp)
	addu $1, $1, $3
	lw $1, %lo(table)($1)
	addu $1, $1, $23
	jr $1
	nop
1:	lw $3, 36($sp)
	addu $1, $3, $5
	b 9f
	lw $2, %lo(numbers)($1)
2:	b 9f
	li $2, 7
3:	b 9f
	li $2, 8
4:	move $2, $5
9:	lw $31, 44($sp)
	jr $31
	addiu $sp, $sp, 48
	.end pick
	.globl other
	.ent other
	.type other, @function
other:
	lui $28, %hi(_gp_disp)
	addiu $28, $28, %lo(_gp_disp)
	addu $28, $28, $25
	lw $2, %got(numbers)($28)
	addiu $2, $2, %lo(numbers)
	lw $3, %got(table)($28)
	addiu $3, $3, %lo(table)
	jr $31
	addu $2, $2, $3
	.end other
	.section .rodata
	.balign 4
table:	.gpword 1b
	.gpword 2b
	.gpword 3b
	.gpword 4b
numbers: .word 3, 5, 11, 19
