	.text
	.globl start
start:	jr $31
	nop
