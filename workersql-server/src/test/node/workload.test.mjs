// SPDX-License-Identifier: Apache-2.0
// What a shop does all day by mysql2: keys, batches, pages, counts, transactions, by eight clients of one pool.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import mysql2 from 'mysql2/promise'

const { GATEWAY_MYSQL_PORT: port, GATEWAY_USER: user, GATEWAY_PASSWORD: password, ROUNDS: rounds } = process.env

async function order(connection, customer) {
  const [{ insertId }] = await connection.execute('INSERT INTO purchase (customer, total) VALUES (?, ?)', [customer, 10])
  assert.equal((await connection.query('SELECT LAST_INSERT_ID() AS id'))[0][0].id, insertId)
  const items = [0, 1, 2, 3, 4].map((n) => [insertId, `item ${n}`, n])
  await connection.query('INSERT INTO item (purchase, name, n) VALUES ?', [items])
  return insertId
}

async function shop(connection, client) {
  for (let round = 0; round < Number(rounds); round++) {
    const id = await order(connection, client)
    const [page] = await connection.execute('SELECT * FROM item WHERE purchase = ? ORDER BY id LIMIT 3 OFFSET 1', [id])
    assert.equal(page.length, 3)
    assert.equal((await connection.query('SELECT COUNT(*) AS c FROM item WHERE purchase = ?', [id]))[0][0].c, 5)
    await connection.beginTransaction()
    await order(connection, client)
    await connection.execute('UPDATE purchase SET total = total + 1 WHERE id = ?', [id])
    await connection.commit()
  }
}

test('eight clients of mysql2', async (t) => {
  const clients = await Promise.all(
    [...Array(8)].map(() => mysql2.createConnection({ host: '127.0.0.1', port: Number(port), user, password, database: user })))
  t.after(() => Promise.all(clients.map((client) => client.end())))
  await Promise.all(clients.map(shop))
})
