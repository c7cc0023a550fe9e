// SPDX-License-Identifier: Apache-2.0
// mysql2 loads a file of its own into a shard's table, and gives none where it has none to give.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import mysql2 from 'mysql2/promise'

const user = process.env.GATEWAY_USER
const LINES = 20_000

const connect = () =>
  mysql2.createConnection({
    host: '127.0.0.1',
    port: Number(process.env.GATEWAY_MYSQL_PORT),
    user,
    password: process.env.GATEWAY_PASSWORD,
    database: user,
  })

test('a file reaches the table, and the connection goes on', async (t) => {
  const connection = await connect()
  t.after(() => connection.destroy())
  await connection.query('DROP TABLE IF EXISTS node_infile')
  await connection.query('CREATE TABLE node_infile (id INT PRIMARY KEY, v VARCHAR(100))')
  const lines = function* () {
    for (let i = 1; i <= LINES; i++) yield Buffer.from(`${i}\tline number ${i}, grün\n`)
  }
  let asked
  const [result] = await connection.query({
    sql: "LOAD DATA LOCAL INFILE 'lines.csv' INTO TABLE node_infile CHARACTER SET utf8mb4",
    infileStreamFactory: (path) => {
      asked = path
      return Readable.from(lines(), { objectMode: false })
    },
  })
  assert.equal(asked, 'lines.csv')
  assert.equal(result.affectedRows, LINES)
  const [[last]] = await connection.query('SELECT COUNT(*) AS n, MAX(id) AS id, MAX(v) AS v FROM node_infile')
  assert.deepEqual(last, { n: LINES, id: LINES, v: 'line number 9999, grün' })
})

test('without a stream nothing is loaded', async (t) => {
  const connection = await connect()
  t.after(() => connection.destroy())
  await assert.rejects(connection.query("LOAD DATA LOCAL INFILE 'lines.csv' INTO TABLE node_infile"), /must provide streamFactory/)
})
