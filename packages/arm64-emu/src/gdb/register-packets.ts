import { fromHex, toHex } from './packet.js';
import { attempt, INVALID, OK, type Session } from './session.js';
import { generalCount, readTarget, type TargetRegister, targetRegisters, targetValue, targetXml } from './target.js';

/** `g`, `G`, `p`, `P`, and the description of the registers. */
export class RegisterPackets {
  readonly xml: Uint8Array;
  private readonly registers: readonly TargetRegister[];
  private readonly general: readonly TargetRegister[];

  constructor(private readonly session: Session) {
    this.registers = targetRegisters(session.control.machine.cpus[0]!);
    this.general = this.registers.slice(0, generalCount(this.registers));
    this.xml = new TextEncoder().encode(targetXml(this.registers));
  }

  readAll(): string {
    return this.session.within(cpu => this.general.map(r => toHex(readTarget(cpu, r))).join(''));
  }
  writeAll(digits: string): string {
    const bytes = fromHex(digits);
    if (bytes === undefined) return INVALID;
    let at = 0;
    for (const register of this.general) {
      if (at + register.size > bytes.length) break;
      const part = bytes.subarray(at, at + register.size);
      this.write(register, part);
      at += register.size;
    }
    return OK;
  }
  private write(register: TargetRegister, bytes: Uint8Array): void {
    const { session } = this;
    session.host.setRegister(session.selected, register.ours, targetValue(register, bytes));
  }
  readOne(number: string): string {
    const register = this.registers[Number.parseInt(number, 16)];
    if (register === undefined) return INVALID;
    return attempt(() => toHex(this.session.within(cpu => readTarget(cpu, register))));
  }
  writeOne(rest: string): string {
    const [number = '', digits = ''] = rest.split('=');
    const register = this.registers[Number.parseInt(number, 16)];
    const bytes = fromHex(digits);
    if (register === undefined || bytes === undefined) return INVALID;
    return attempt(() => {
      this.write(register, bytes);
      return OK;
    });
  }
}
