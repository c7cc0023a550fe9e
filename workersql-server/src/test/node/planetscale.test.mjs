// SPDX-License-Identifier: Apache-2.0
// @planetscale/database, and drizzle, kysely and Prisma's adapter on top of it, against a gateway.
// GATEWAY_HTTP: host:port; GATEWAY_MYSQL_PORT, SHARD_PORT: for comparing; GATEWAY_USER, GATEWAY_PASSWORD: the tenant.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, connect } from '@planetscale/database'
import { PrismaPlanetScale } from '@prisma/adapter-planetscale'
import { drizzle } from 'drizzle-orm/planetscale-serverless'
import { sql } from 'drizzle-orm'
import { int, mysqlTable, varchar } from 'drizzle-orm/mysql-core'
import { Kysely, sql as kyselySql } from 'kysely'
import { PlanetScaleDialect } from 'kysely-planetscale'

const { GATEWAY_HTTP: http, GATEWAY_USER: user, GATEWAY_PASSWORD: password } = process.env
const url = `http://${user}:${encodeURIComponent(password)}@${http}`

before(async () => {
  const db = connect({ url })
  await db.execute('DROP TABLE IF EXISTS ps')
  await db.execute('CREATE TABLE ps (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(50) UNIQUE)')
})

after(async () => {
  await connect({ url }).execute('DROP TABLE ps')
})

async function count(db) {
  return Number((await db.execute('SELECT COUNT(*) AS c FROM ps')).rows[0].c)
}

test('changes are counted and keys are told', async () => {
  const db = connect({ url })
  const inserted = await db.execute('INSERT INTO ps (v) VALUES (?), (?)', ["it's \"a\" \\ and \n", 'b'])
  assert.equal(inserted.rowsAffected, 2)
  assert.ok(Number(inserted.insertId) > 0)
  const rows = await db.execute('SELECT v FROM ps WHERE id = ?', [Number(inserted.insertId)], { as: 'array' })
  assert.deepEqual(rows.rows, [["it's \"a\" \\ and \n"]])
  const found = await db.execute('UPDATE ps SET v = v WHERE v = ?', ['b'])
  assert.equal(found.rowsAffected, 1, 'rows that are found count, changed or not')
  assert.equal((await db.execute('DELETE FROM ps')).rowsAffected, 2)
})

test('every column type comes as the client makes it of what MySQL sends', async () => {
  const db = connect({ url })
  await db.execute('DROP TABLE IF EXISTS ps_types')
  await db.execute(`CREATE TABLE ps_types (
    t1 TINYINT, t2 TINYINT UNSIGNED, s SMALLINT, m MEDIUMINT, i INT UNSIGNED, b BIGINT, bu BIGINT UNSIGNED,
    f FLOAT, d DOUBLE, n DECIMAL(30,10), bits BIT(3), da DATE, dt DATETIME(6), ts TIMESTAMP(3) NULL, ti TIME(2), y YEAR,
    c CHAR(5), vc VARCHAR(20), bin BINARY(4), vb VARBINARY(20), tx TEXT, bl BLOB, e ENUM('x','y'), st SET('p','q'), j JSON,
    nu INT, es VARCHAR(3))`)
  await db.execute(`INSERT INTO ps_types VALUES (-1, 255, -32768, -8388608, 4294967295, -9223372036854775808,
    18446744073709551615, 1.5, 2.25, 12345678901234567890.0123456789, b'101', '2020-02-29', '2020-01-02 03:04:05.123456',
    '2020-01-02 03:04:05.678', '-838:59:59.00', 2024, 'é', '😀', x'00ff0001', x'ff00', 'text', x'00', 'y', 'p,q',
    '{"k":[1,null]}', NULL, '')`)
  const { rows, fields } = await db.execute('SELECT * FROM ps_types')
  const row = rows[0]
  assert.deepEqual(
    { ...row, bits: [...row.bits], bin: [...row.bin], vb: [...row.vb], bl: [...row.bl] },
    {
      t1: -1, t2: 255, s: -32768, m: -8388608, i: 4294967295, b: '-9223372036854775808', bu: '18446744073709551615',
      f: 1.5, d: 2.25, n: '12345678901234567890.0123456789', bits: [5], da: '2020-02-29',
      dt: '2020-01-02 03:04:05.123456', ts: '2020-01-02 03:04:05.678', ti: '-838:59:59.00', y: 2024,
      c: 'é', vc: '😀', bin: [0, 255, 0, 1], vb: [255, 0], tx: 'text', bl: [0], e: 'y', st: 'p,q',
      j: { k: [1, null] }, nu: null, es: ''
    })
  const types = Object.fromEntries(fields.map((f) => [f.name, f.type]))
  assert.equal(types.bu, 'UINT64')
  assert.equal(types.e, 'ENUM')
  assert.equal(types.j, 'JSON')
  assert.equal(types.ts, 'TIMESTAMP')
  await db.execute('DROP TABLE ps_types')
})

test('errors carry errno and SQLSTATE', async () => {
  const db = connect({ url })
  await db.execute("INSERT INTO ps (v) VALUES ('dup')")
  await assert.rejects(db.execute("INSERT INTO ps (v) VALUES ('dup')"), (e) => {
    assert.equal(e.name, 'DatabaseError')
    assert.equal(e.status, 400)
    assert.equal(e.body.code, 'ALREADY_EXISTS')
    assert.match(e.message, /^Duplicate entry 'dup' for key '[^']*' \(errno 1062\) \(sqlstate 23000\)/)
    return true
  })
  await assert.rejects(db.execute('SELECT * FROM nowhere'), /^DatabaseError: Table '\S+nowhere' doesn't exist \(errno 1146\) \(sqlstate 42S02\)/)
  await assert.rejects(
    connect({ url: `http://${user}:wrong@${http}` }).execute('SELECT 1'),
    (e) => e.name === 'DatabaseError' && e.status === 401 && e.body.code === 'unauthenticated')
  await db.execute('DELETE FROM ps')
})

test('a transaction commits, or rolls back and rethrows', async () => {
  const db = new Client({ url })
  await db.transaction(async (tx) => {
    await tx.execute("INSERT INTO ps (v) VALUES ('tx')")
    assert.equal(await count(connect({ url })), 0)
  })
  assert.equal(await count(db.connection()), 1)
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.execute('DELETE FROM ps')
      throw new Error('mine')
    }),
    /^Error: mine/)
  assert.equal(await count(db.connection()), 1)
  await assert.rejects(
    db.transaction((tx) => tx.execute("INSERT INTO ps (v) VALUES ('tx')")), /errno 1062/)
  await db.execute('DELETE FROM ps')
})

test('parallel calls in one transaction are answered in their order', async () => {
  const db = new Client({ url })
  await db.transaction(async (tx) => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => tx.execute('INSERT INTO ps (v) VALUES (?)', [`p${n}`])))
  })
  assert.equal(await count(db.connection()), 10)
  await db.execute('DELETE FROM ps')
})

test('savepoints, and an isolation level that is set before BEGIN', async () => {
  const db = connect({ url })
  await db.execute('SET TRANSACTION ISOLATION LEVEL serializable')
  await db.execute('BEGIN')
  await db.execute("INSERT INTO ps (v) VALUES ('a')")
  await db.execute('SAVEPOINT s1')
  await db.execute("INSERT INTO ps (v) VALUES ('b')")
  await db.execute('ROLLBACK TO SAVEPOINT s1')
  await db.execute('RELEASE SAVEPOINT s1')
  await db.execute('COMMIT')
  assert.deepEqual((await db.execute('SELECT v FROM ps')).rows, [{ v: 'a' }])
  await db.execute('DELETE FROM ps')
})

test('ROLLBACK without a transaction does nothing, and what the vendor alone understands is passed over', async () => {
  const db = connect({ url })
  await db.execute('ROLLBACK')
  await db.execute('SET @@boost_cached_queries = true')
  await db.execute('USE @replica')
  assert.equal(Number((await db.execute('SELECT 1 AS one')).rows[0].one), 1)
})

test('a session that is not this user\'s is refused', async () => {
  const db = connect({ url })
  db.session = { signature: '0.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', vitessSession: {} }
  await assert.rejects(db.execute('SELECT 1'), (e) => e.status === 403 && e.body.code === 'permission_denied')
})

test('variables that are set stay set for the next statements', async () => {
  const db = connect({ url })
  await db.execute("SET time_zone = '+05:00'")
  assert.equal((await db.execute('SELECT @@time_zone AS z')).rows[0].z, '+05:00')
  assert.notEqual((await connect({ url }).execute('SELECT @@time_zone AS z')).rows[0].z, '+05:00')
})

test('drizzle', async () => {
  const db = drizzle(new Client({ url }))
  const ps = mysqlTable('ps', { id: int().autoincrement().primaryKey(), v: varchar({ length: 50 }) })
  const [first] = await db.insert(ps).values([{ v: 'd1' }, { v: 'd2' }]).$returningId()
  assert.ok(first.id > 0)
  await db.transaction(async (tx) => {
    await tx.update(ps).set({ v: 'd3' }).where(sql`v = ${'d1'}`)
    await assert.rejects(tx.transaction(async (nested) => {
      await nested.delete(ps)
      nested.rollback()
    }))
  })
  assert.deepEqual((await db.select({ v: ps.v }).from(ps).orderBy(ps.v)), [{ v: 'd2' }, { v: 'd3' }])
  await db.delete(ps)
})

test('kysely', async () => {
  const db = new Kysely({ dialect: new PlanetScaleDialect({ url }) })
  const inserted = await db.insertInto('ps').values({ v: 'k1' }).executeTakeFirst()
  assert.ok(inserted.insertId > 0n)
  await db.transaction().setIsolationLevel('repeatable read').execute(async (tx) => {
    await tx.updateTable('ps').set({ v: 'k2' }).where('v', '=', 'k1').execute()
  })
  assert.deepEqual(await db.selectFrom('ps').select('v').execute(), [{ v: 'k2' }])
  assert.equal(Number((await kyselySql`SELECT 1 + 1 AS two`.execute(db)).rows[0].two), 2)
  await db.deleteFrom('ps').execute()
})

test("Prisma's adapter", async () => {
  const adapter = await new PrismaPlanetScale({ url }).connect()
  const insert = (on, v) => on.executeRaw({ sql: 'INSERT INTO ps (v) VALUES (?)', args: [v], argTypes: [{ scalarType: 'string', arity: 'scalar' }] })
  assert.equal(await insert(adapter, 'p1'), 1)
  const tx = await adapter.startTransaction('SERIALIZABLE')
  await insert(tx, 'p2')
  await tx.rollback()
  const result = await adapter.queryRaw({ sql: 'SELECT id, v FROM ps', args: [], argTypes: [] })
  assert.deepEqual(result.columnNames, ['id', 'v'])
  assert.deepEqual(result.rows.map((r) => r[1]), ['p1'])
  await assert.rejects(insert(adapter, 'p1'), (e) => e.cause.kind === 'UniqueConstraintViolation')
  await adapter.executeRaw({ sql: 'DELETE FROM ps', args: [], argTypes: [] })
  await adapter.dispose()
})
