/* Shapes that LLVM gives functions: assembled twice, with the data in another order. */
	.text
	.global choose, circle, guarded, spare
	.hidden work, die, first, second
	.type choose, %function
choose:
	cmp w0, #3
	b.hi 9f
	adrp x9, table
	add x9, x9, :lo12:table
	adrp x12, first
	adr x10, 1f
	ldrb w11, [x9, w0, uxtw]
	adrp x13, second
	add x10, x10, x11, lsl #2
	br x10
1:	ldr w0, [x12, :lo12:first]
	ret
2:	ldr w0, [x13, :lo12:second]
	ret
3:	str wzr, [x13, :lo12:second]
	ret
4:	str wzr, [x12, :lo12:first]
9:	ret
	.type circle, %function
circle:
	stp x29, x30, [sp, #-48]!
	stp x21, x27, [sp, #16]
	adrp x21, first
	b 2f
1:	mov x21, x27
2:	ldr w9, [x21, :lo12:first]
	mov x27, x21
	bl work
	cbnz w0, 1b
	ldr w0, [x27, :lo12:first]
	ldp x21, x27, [sp, #16]
	ldp x29, x30, [sp], #48
	ret
	.type guarded, %function
guarded:
	stp x29, x30, [sp, #-48]!
	str x24, [sp, #16]
	cbz x0, 4f
	adrp x24, second
	ldr w8, [x24, :lo12:second]
	cbnz w8, 5f
3:	bl work
	str w0, [x24, :lo12:second]
	ldr x24, [sp, #16]
	ldp x29, x30, [sp], #48
	ret
4:	bl die
5:	cbz w8, 3b
	sub w8, w8, #1
	b 5b
	.section .rodata
table:	.byte 0, 2, 4, 6
