	.section .rodata
	.balign 4
	.globl words
	.hidden words
words:	.word 77, 78, 79, 80, 81
	.text
	.globl reads
	.ent reads
reads:
	.set noreorder
	lui $28, %hi(_gp_disp)
	addiu $28, $28, %lo(_gp_disp)
	addu $28, $28, $25
	lw $2, %got(words)($28)
	jr $31
	lw $2, 4($2)
	.end reads
