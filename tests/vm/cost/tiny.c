// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The smallest program: it ends. */
void _start(void);
void _start(void)
{
	__asm__ volatile("mov $60, %eax\n\txor %edi, %edi\n\tsyscall");
}
