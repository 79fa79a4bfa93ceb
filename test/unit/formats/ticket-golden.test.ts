import { expect } from 'chai';
import { parseSpkiFingerprint } from '../../../src/model/ids.js';
import { TICKET_BYTES, type Ticket, TicketKey } from '../../../src/security/ticket.js';

const SEED = Buffer.alloc(32, 7);
const TICKET: Ticket = {
  direction: 'write',
  id: Buffer.alloc(16, 0xa1),
  worker: parseSpkiFingerprint('b2'.repeat(32)),
  use: Buffer.alloc(32, 0xc3),
  expiresAtMs: 0x1234,
};

describe('the bytes of a ticket', () => {
  it('are as docs/formats.md says', () => {
    const bytes = new TicketKey(SEED).seal(TICKET);
    expect(bytes.length).to.equal(TICKET_BYTES).and.to.equal(154);
    expect(bytes.subarray(0, 90).toString('hex')).to.equal(
      `0102${'a1'.repeat(16)}${'b2'.repeat(32)}${'c3'.repeat(32)}0000000000001234`,
    );
    expect(bytes.subarray(90).toString('hex')).to.equal(
      '07d40885eda3f41a2caa9defc52f819cc586feef9d1635fbf06e147dbba770ad47b9eff210cf1d430aec0c533bff01b3411bb20bcd900281230bb5badf4f3c02',
    );
  });

  it('are read back by the key that signed them, and by no other', () => {
    const bytes = new TicketKey(SEED).seal(TICKET);
    expect(new TicketKey(SEED).open(bytes)).to.deep.equal({ ...TICKET });
    expect(new TicketKey(Buffer.alloc(32, 8)).open(bytes)).to.equal(null);
  });
});
