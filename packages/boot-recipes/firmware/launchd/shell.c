// A small shell on the console.
#include "launchd.h"

enum { SECTOR = 512, ROW = 16, LINE = 128 };
static const char DISK[] = "/dev/disk0";

static u64 read_line(char *line, u64 size) {
  u64 length = 0;
  for (;;) {
    char c;
    if (call(READ, 0, (long)&c, 1) != 1) continue;
    if (c == '\r' || c == '\n') break;
    if (c == 0x7f || c == 8) {
      if (length) length--, print("\b \b");
    } else if (c >= ' ' && length + 1 < size) {
      line[length++] = c;
      call(WRITE, 1, (long)&c, 1);
    }
  }
  line[length] = 0;
  print("\n");
  return length;
}

// Cuts a line behind its first word; what follows it.
static char *rest_of(char *line) {
  while (*line && *line != ' ') line++;
  if (*line) *line++ = 0;
  while (*line == ' ') line++;
  return line;
}

static long open_sector(u64 sector) {
  long disk = call(OPEN, (long)DISK, 0, 0);
  if (disk < 0) print("no disk\n");
  else call(LSEEK, disk, (long)(sector * SECTOR), 0);
  return disk;
}

// Prints the first bytes of a sector.
static void disk_read(u64 sector) {
  static u8 bytes[SECTOR];
  long disk = open_sector(sector);
  if (disk < 0) return;
  if (call(READ, disk, (long)bytes, SECTOR) != SECTOR) print("cannot be read\n");
  else
    for (int row = 0; row < 2 * ROW; row += ROW) {
      print_hex(sector * SECTOR + (u64)row, 8);
      for (int i = row; i < row + ROW; i++) print(" "), print_hex(bytes[i], 2);
      print("  ");
      for (int i = row; i < row + ROW; i++) {
        char text[2] = {bytes[i] >= ' ' && bytes[i] < 0x7f ? (char)bytes[i] : '.', 0};
        print(text);
      }
      print("\n");
    }
  call(CLOSE, disk, 0, 0);
}

// Writes a text to a sector, the rest of it zero.
static void disk_write(u64 sector, const char *text) {
  static u8 bytes[SECTOR];
  long disk = open_sector(sector);
  if (disk < 0) return;
  memset(bytes, 0, SECTOR);
  for (u64 i = 0; text[i]; i++) bytes[i] = (u8)text[i];
  print(call(WRITE, disk, (long)bytes, SECTOR) == SECTOR ? "written\n" : "cannot be written\n");
  call(CLOSE, disk, 0, 0);
}

// Executes a line; whether the shell goes on.
static int execute(char *line) {
  char *argument = rest_of(line);
  if (!*line) return 1;
  if (equal(line, "help"))
    print("cat FILE, crash, disk [SECTOR], echo TEXT, halt, irq, ls [FOLDER], ps, reboot, test, time, uname,\n"
          "write SECTOR TEXT\n");
  else if (equal(line, "echo")) print(argument), print("\n");
  else if (equal(line, "cat")) print(cat(argument) ? "" : "no such file\n");
  else if (equal(line, "ls")) print(cat(*argument ? argument : "/") ? "" : "no such folder\n");
  else if (equal(line, "uname")) cat("/dev/version");
  else if (equal(line, "ps")) cat("/dev/processes");
  else if (equal(line, "irq")) cat("/dev/interrupts");
  else if (equal(line, "disk")) disk_read(number_of(argument));
  else if (equal(line, "write")) {
    const char *text = rest_of(argument);
    disk_write(number_of(argument), text);
  } else if (equal(line, "test")) self_test();
  else if (equal(line, "time")) print_number(counter() * 1000 / counter_frequency()), print(" ms\n");
  else if (equal(line, "crash")) *(volatile int *)0x10 = 0;
  else if (equal(line, "reboot")) call(REBOOT, 0, 0, 0);
  else if (equal(line, "halt")) return 0;
  else print(line), print(": no such command\n");
  return 1;
}

static int wait_for_key(int milliseconds) {
  struct {
    int fd;
    short events, revents;
  } console = {0, 1, 0};
  return call(POLL, (long)&console, 1, milliseconds) == 1;
}

// Executes the commands in /etc/rc.
static void run_script(void) {
  static char text[1024];
  long file = call(OPEN, (long)"/etc/rc", 0, 0);
  if (file < 0) return;
  long length = call(READ, file, (long)text, sizeof text - 1);
  call(CLOSE, file, 0, 0);
  text[length < 0 ? 0 : length] = 0;
  for (char *line = text; *line;) {
    char *end = line;
    while (*end && *end != '\n') end++;
    if (*end) *end++ = 0;
    print("sample# "), print(line), print("\n");
    execute(line);
    line = end;
  }
}

// Without patience the shell waits for ever; else it runs the script, and ends when no key comes within so many
// milliseconds.
void shell(int patience) {
  char line[LINE];
  if (patience) run_script();
  print("launchd: single user; help lists the commands\n");
  for (;;) {
    print("sample# ");
    if (patience && !wait_for_key(patience)) {
      print("\nlaunchd: nobody types\n");
      return;
    }
    patience = 0;
    read_line(line, sizeof line);
    if (!execute(line)) return;
  }
}
