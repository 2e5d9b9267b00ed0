// The console: the node with `boot-console`, else uart0, else uart1. Samsung's UART (Apple's chips) or a PL011 (Apple's
// virtual machines), by its `compatible`. Output is polled; input comes by interrupt where the node has one.
#include "kernel.h"

enum { ULCON = 0x00, UCON = 0x04, UFCON = 0x08, UMCON = 0x0c, UTRSTAT = 0x10, UTXH = 0x20, URXH = 0x24 };
enum { RX_READY = 1 << 0, TX_EMPTY = 1 << 2, RX_TIMEOUT = 1 << 3, RX_THRESHOLD = 1 << 4 };
enum { UCON_POLLED = 0x405, UCON_RX_INTERRUPTS = 1 << 9 | 1 << 12 };
enum { UARTDR = 0x00, UARTFR = 0x18, UARTLCR_H = 0x2c, UARTCR = 0x30, UARTIMSC = 0x38, UARTICR = 0x44 };
enum { RXFE = 1 << 4, TXFF = 1 << 5, RX_INTERRUPTS = 1 << 4 | 1 << 6, RING = 256 };

static volatile u8 *base;
static const struct dt_node *node;
static bool pl011, by_interrupt;
static u8 ring[RING];
static volatile u32 ring_in, ring_out;

static u32 get(u32 offset) { return *(volatile u32 *)(base + offset); }
static void put(u32 offset, u32 value) { *(volatile u32 *)(base + offset) = value; }

bool uart_attach(void) {
  const struct dt_node *arm_io = dt_find("/arm-io");
  node = dt_with_property(arm_io, "boot-console");
  if (!node) node = dt_find("/arm-io/uart0");
  if (!node) node = dt_find("/arm-io/uart1");
  const char *compatible = dt_string(node, "compatible");
  u64 soc_base, offset;
  if (!compatible || !dt_u64_at(arm_io, "ranges", 1, &soc_base) || !dt_u64_at(node, "reg", 0, &offset)) return false;
  pl011 = streq(compatible, "arm,pl011");
  if (!pl011 && !streq(compatible, "uart-1,samsung")) return false;
  base = io_map(soc_base + offset, 0x1000);
  if (pl011) {
    put(UARTLCR_H, 0x70); // 8 bits, FIFOs
    put(UARTCR, 0x301);
    return true;
  }
  put(ULCON, 3); // 8 bits, no parity, one stop bit
  put(UCON, UCON_POLLED);
  put(UFCON, 1); // FIFOs on; what was typed before stays
  put(UMCON, 1);
  return true;
}

void uart_put(u8 byte) {
  if (!base) return;
  if (pl011) {
    while (get(UARTFR) & TXFF) {}
    put(UARTDR, byte);
    return;
  }
  while (!(get(UTRSTAT) & TX_EMPTY)) BARRIER("wfe");
  put(UTXH, byte);
}

static int receive(void) {
  if (pl011) return get(UARTFR) & RXFE ? -1 : (int)(get(UARTDR) & 0xff);
  return get(UTRSTAT) & RX_READY ? (int)(get(URXH) & 0xff) : -1;
}

// What does not fit into the ring waits in the FIFO until there is room.
static void fill(void) {
  int byte;
  while (ring_in - ring_out < RING && (byte = receive()) >= 0) ring[ring_in++ % RING] = (u8)byte;
}

static void interrupt(void) {
  put(pl011 ? UARTICR : UTRSTAT, pl011 ? RX_INTERRUPTS : RX_TIMEOUT | RX_THRESHOLD);
  fill();
}

void uart_start(void) {
  u32 input;
  if (!interrupt_of(node, 0, &input) || !interrupt_connect(input, "uart0", interrupt)) return;
  by_interrupt = true;
  put(pl011 ? UARTIMSC : UCON, pl011 ? RX_INTERRUPTS : UCON_POLLED | UCON_RX_INTERRUPTS);
  fill();
}

// A received byte, or -1.
int uart_get(void) {
  if (!base) return -1;
  if (!by_interrupt || ring_in - ring_out == RING) fill();
  return ring_in == ring_out ? -1 : ring[ring_out++ % RING];
}

bool uart_ready(void) {
  if (base && !by_interrupt) fill();
  return ring_in != ring_out;
}
