// How a client program is told what to do and tells what it saw: a JSON object on the first line of stdin, JSON lines on
// stdout, the end of stdin to stop. tests/peers/client_program.py is the other side.
import { createInterface } from 'node:readline'

const input = createInterface({ input: process.stdin })
export const stopped = new Promise(resolve => input.once('close', resolve))

export function tell(said) {
  process.stdout.write(JSON.stringify(said) + '\n')
}

// Hears the request and carries out the operation of that name.
export async function run(operations) {
  const line = await new Promise(resolve => input.once('line', resolve))
  const request = JSON.parse(line)
  await operations[request.operation](request)
  process.exit(0)
}
