	.text
	.global work, die
	.hidden work, die
	.type work, %function
work:	adrp x0, second
	ldr w0, [x0, :lo12:second]
	ret
	.type die, %function
die:	stp x29, x30, [sp, #-16]!
	mov w0, #4
	bl exit
	/* Nothing refers to what follows: it is no function that the index finds. */
	str d8, [sp, #-16]!
	ldr d8, [sp], #16
	ret
	.global _start
_start:	stp x29, x30, [sp, #-16]!
	bl choose
	bl circle
	bl guarded
	bl die
