// prints a string through the PL011, then powers off by PSCI
  ldr x1, =0x09000000
  adr x2, msg
1: ldrb w3, [x2], #1
  cbz w3, 2f
  str w3, [x1]
  b 1b
2: ldr w0, [x0]       // magic of the device tree
  rev w0, w0
  mov w4, #0xfeed
  movk w4, #0xd00d, lsl #16
  cmp w0, w4
  b.ne 3f
  mov w3, #'D'
  str w3, [x1]
3: ldr x0, =0x84000008
  hvc #0
  b .
msg: .asciz "virt\n"
  .ltorg
