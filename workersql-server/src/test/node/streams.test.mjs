// SPDX-License-Identifier: Apache-2.0
// workersql.v1 by the npm client "ws": streams, cursors with credit, batches, prepared statements, reasons on closes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import WebSocket from 'ws'

const { GATEWAY_HTTP: gateway, GATEWAY_USER: user, GATEWAY_PASSWORD: password } = process.env

/** A socket whose messages are awaited one by one. */
class Client {
  constructor() {
    this.socket = new WebSocket(`ws://${gateway}/v1/ws`, ['workersql.v1'])
    this.messages = []
    this.waiting = []
    this.socket.on('message', (data, isBinary) => {
      assert.equal(isBinary, false)
      const message = JSON.parse(data)
      const next = this.waiting.shift()
      if (next) next(message)
      else this.messages.push(message)
    })
  }

  async hello() {
    await once(this.socket, 'open')
    assert.equal(this.socket.protocol, 'workersql.v1')
    const greeting = await this.call({ type: 'hello', client: 'test/1', basic: { user, password } })
    assert.equal(greeting.type, 'hello_ok')
    return this
  }

  send(message) {
    this.socket.send(JSON.stringify(message))
  }

  next() {
    const message = this.messages.shift()
    return message ? Promise.resolve(message) : new Promise((resolve) => this.waiting.push(resolve))
  }

  call(message) {
    this.send(message)
    return this.next()
  }

  /** The rows of a request up to its last message. */
  async rows(message) {
    this.send(message)
    const rows = []
    for (;;) {
      const answer = await this.next()
      if (answer.type === 'done') return rows
      assert.notEqual(answer.type, 'error', JSON.stringify(answer))
      rows.push(...(answer.data ?? []))
      if (answer.type === 'rows' && message.fetch) {
        this.send({ type: 'fetch', cursor: answer.cursor, max_rows: answer.data.length })
      }
    }
  }
}

let client

before(async () => {
  client = await new Client().hello()
  assert.deepEqual(await client.call({ type: 'open', stream: 1 }), { type: 'open_ok', stream: 1 })
  await client.call({ type: 'exec', id: 1, stream: 1, sql: 'DROP TABLE IF EXISTS node_streams' })
  await client.call({ type: 'exec', id: 2, stream: 1, sql: 'CREATE TABLE node_streams (id INT PRIMARY KEY, v VARCHAR(20))' })
})

after(async () => {
  client.socket.close(1000)
  await once(client.socket, 'close')
})

test('a batch is one transaction', async () => {
  const insert = (id) => ({ sql: 'INSERT INTO node_streams VALUES (?, ?)', params: [id, 'v' + id] })
  client.send({ type: 'batch', id: 'b', stream: 1, tx: true, steps: [insert(1), insert(1)] })
  assert.equal((await client.next()).rowsAffected, 1)
  assert.equal((await client.next()).error.details.errno, 1062)
  assert.deepEqual(await client.next(), { type: 'done', id: 'b', steps: 2, success: false })
  client.send({ type: 'batch', id: 'c', stream: 1, tx: true, steps: [1, 2, 3, 4, 5].map(insert) })
  for (let step = 0; step < 5; step++) assert.equal((await client.next()).step, step)
  assert.equal((await client.next()).success, true)
})

test('rows come by credit', async () => {
  const select = { type: 'exec', id: 3, stream: 1, sql: 'SELECT id FROM node_streams ORDER BY id', fetch: 2 }
  assert.deepEqual(await client.rows(select), [[1], [2], [3], [4], [5]])
})

test('a prepared statement is executed again and again', async () => {
  const sql = 'SELECT v FROM node_streams WHERE id = ?'
  assert.equal((await client.call({ type: 'prepare', id: 4, stream: 1, stmt: 1, sql })).params, 1)
  for (const id of [3, 5]) {
    const execute = { type: 'execute', id: 'e' + id, stream: 1, stmt: 1, params: [id], row_format: 'object' }
    assert.deepEqual(await client.rows(execute), [{ v: 'v' + id }])
  }
  assert.equal((await client.call({ type: 'close_stmt', stream: 1, stmt: 1 })).type, 'close_stmt_ok')
})

test('a large row passes through permessage-deflate', async () => {
  const rows = await client.rows({ type: 'exec', id: 5, stream: 1, sql: "SELECT REPEAT('x', 500000)" })
  assert.equal(rows[0][0].length, 500000)
})

test('a socket is closed with a reason', async () => {
  const other = await new Client().hello()
  other.send({ type: 'nonsense' })
  const [code, reason] = await once(other.socket, 'close')
  assert.equal(code, 4400)
  assert.match(reason.toString(), /workersql\.v1/)
})
