// SPDX-License-Identifier: Apache-2.0
// mysql2 and mariadb, whose bytes go through a WebSocket to the gateway's HTTP port.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import mariadb from 'mariadb'
import mysql2 from 'mysql2/promise'
import { WebSocket, createWebSocketStream } from 'ws'

const { GATEWAY_HTTP: http, GATEWAY_USER: user, GATEWAY_PASSWORD: password } = process.env
const authorization = 'Basic ' + Buffer.from(`${user}:${password}`).toString('base64')

function stream() {
  const socket = new WebSocket(`ws://${http}/mysql`, ['mysql'], { headers: { Authorization: authorization } })
  const duplex = createWebSocketStream(socket)
  duplex.unref = duplex.ref = () => duplex
  return duplex
}

test('mysql2 over a WebSocket', async (t) => {
  const connection = await mysql2.createConnection({ user, password, database: user, stream: () => stream() })
  t.after(() => connection.end())
  await connection.query('DROP TABLE IF EXISTS tunnel')
  await connection.query('CREATE TABLE tunnel (id INT PRIMARY KEY, v LONGTEXT)')
  await connection.execute('INSERT INTO tunnel VALUES (?, ?)', [1, 'x'.repeat(300_000)])
  const [rows] = await connection.execute('SELECT id, LENGTH(v) AS n, v FROM tunnel')
  assert.equal(rows[0].n, 300_000)
  assert.equal(rows[0].v.length, 300_000)
  await connection.beginTransaction()
  await connection.query('DELETE FROM tunnel')
  await connection.rollback()
  assert.equal((await connection.query('SELECT COUNT(*) AS c FROM tunnel'))[0][0].c, 1)
  await assert.rejects(connection.query('SELEC'), (e) => e.errno === 1064)
  await connection.query('DROP TABLE tunnel')
})

test('mariadb over a WebSocket', async (t) => {
  const connection = await mariadb.createConnection({ user, password, database: user, allowPublicKeyRetrieval: true, stream: () => stream() })
  t.after(() => connection.end())
  assert.equal(Number((await connection.query('SELECT ? + 1 AS two', [1]))[0].two), 2)
  assert.deepEqual([...(await connection.execute("SELECT 'é' AS e"))], [{ e: 'é' }])
})

test('mysql2 over TCP, from a pool', async (t) => {
  const pool = mysql2.createPool({ host: '127.0.0.1', port: process.env.GATEWAY_MYSQL_PORT, user, password, database: user, connectionLimit: 4 })
  t.after(() => pool.end())
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.execute('SELECT ? AS n', [n])))
  assert.deepEqual(answers.map(([rows]) => rows[0].n), Array.from({ length: 20 }, (_, n) => n))
})

test('mariadb over TCP', async (t) => {
  const connection = await mariadb.createConnection({ host: '127.0.0.1', port: +process.env.GATEWAY_MYSQL_PORT, user, password, database: user, allowPublicKeyRetrieval: true })
  t.after(() => connection.end())
  await connection.query('CREATE OR REPLACE TABLE batch (id INT PRIMARY KEY, v VARCHAR(10))').catch(async () => {
    await connection.query('DROP TABLE IF EXISTS batch')
    await connection.query('CREATE TABLE batch (id INT PRIMARY KEY, v VARCHAR(10))')
  })
  await connection.batch('INSERT INTO batch VALUES (?, ?)', [[1, 'a'], [2, null], [3, 'c']])
  assert.equal(Number((await connection.query('SELECT COUNT(*) AS c FROM batch'))[0].c), 3)
  await connection.query('DROP TABLE batch')
})
