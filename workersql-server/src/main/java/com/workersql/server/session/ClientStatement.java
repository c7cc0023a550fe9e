// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.pool.PreparedStatement;
import com.workersql.pool.StatementText;
import com.workersql.protocol.value.ParameterTypes;
import com.workersql.router.StatementInfo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A prepared statement as the client knows it. The servers' ids are the connections' own affair: each connection prepares the
 * text when it first meets it. Confined to the session's event loop.
 */
public final class ClientStatement {
    private final int id;
    private final byte[] sql;
    private final int parameterCount;
    private final StatementInfo info;
    private String preparedUnder;
    private StatementText text;
    private String schemaOfText;
    private SessionVariables variablesOfText;
    private StatementText cursorText;
    private StatementText besideCursorText;
    private PreparedStatement cursor;
    private int columnCount;
    private ParameterTypes parameterTypes = ParameterTypes.NONE;
    private Map<Integer, LongData> longData;
    private long longDataBytes;
    private boolean longDataOverflow;

    /**
     * A statement that a shard has accepted.
     *
     * @param id the gateway's id
     * @param sql the text; not copied
     * @param parameterCount how many placeholders the server counted
     * @param info what the router knows of it
     */
    public ClientStatement(int id, byte[] sql, int parameterCount, StatementInfo info) {
        this.id = id;
        this.sql = sql;
        this.parameterCount = parameterCount;
        this.info = info;
    }

    /**
     * The gateway's id.
     *
     * @return positive
     */
    public int id() {
        return id;
    }

    /**
     * The text.
     *
     * @return not a copy; must not be changed
     */
    public byte[] sql() {
        return sql;
    }

    /**
     * How many parameters every execution has.
     *
     * @return 0 to 65535
     */
    public int parameterCount() {
        return parameterCount;
    }

    /**
     * Under what its connection keeps the statement, where it means something else when it is prepared again.
     *
     * @return null where any connection may prepare it, whenever it likes
     */
    public String preparedUnder() {
        return preparedUnder;
    }

    /**
     * Has the statement executed as it was prepared, and not prepared again when the session's modes change.
     *
     * @param parsing what tells it from all others of its connection
     */
    public void preparedUnder(String parsing) {
        preparedUnder = parsing;
    }

    /**
     * The key under which connections keep it, as it was last noted.
     *
     * @param schema the session's schema now; null for none
     * @param variables the session's variables now
     * @return null where it was noted for others, or never
     */
    public StatementText text(String schema, SessionVariables variables) {
        return variables == variablesOfText && Objects.equals(schema, schemaOfText) ? text : null;
    }

    /**
     * Notes the key under which connections keep it.
     *
     * @param schema the schema that it was made for; null for none
     * @param variables the variables that it was made for
     * @param key the key
     */
    public void text(String schema, SessionVariables variables, StatementText key) {
        schemaOfText = schema;
        variablesOfText = variables;
        text = key;
    }

    /**
     * The key of the server's statement beside this one that is executed for cursors only.
     *
     * @param key that of this one
     * @return made once for equal keys
     */
    public StatementText cursorText(StatementText key) {
        if (!key.equals(besideCursorText)) {
            besideCursorText = key;
            cursorText = key.besides("cursor");
        }
        return cursorText;
    }

    /**
     * The server's statement whose cursor this one's rows are fetched from. It is of no use once the session has lost the connection.
     *
     * @return null where none was opened, or the client has heard of its end
     */
    public PreparedStatement cursor() {
        return cursor;
    }

    /**
     * Notes that a cursor was opened, or that it is over.
     *
     * @param on the server's statement, or null
     */
    public void cursor(PreparedStatement on) {
        cursor = on;
    }

    /**
     * How many columns the client has last seen in its result.
     *
     * @return 0 for a statement without result
     */
    public int columnCount() {
        return columnCount;
    }

    /**
     * Notes how many columns the client has seen.
     *
     * @param count as the server told it
     */
    public void columnCount(int count) {
        columnCount = count;
    }

    /**
     * What the router knows of the statement.
     *
     * @return never null
     */
    public StatementInfo info() {
        return info;
    }

    /**
     * The parameter types of the latest execution that sent them.
     *
     * @return {@link ParameterTypes#NONE} before the first
     */
    public ParameterTypes parameterTypes() {
        return parameterTypes;
    }

    /**
     * Remembers parameter types for the executions that do not send them.
     *
     * @param types one for each parameter
     */
    public void parameterTypes(ParameterTypes types) {
        this.parameterTypes = types;
    }

    /**
     * Holds a piece of a parameter's value until the execution.
     *
     * @param parameter the index, from 0
     * @param data the piece; this statement owns it now
     * @param maxBytes the limit of all pieces together; over it the pieces are dropped and the execution fails
     */
    public void addLongData(int parameter, ByteBuf data, long maxBytes) {
        longDataBytes += data.readableBytes();
        if (longDataBytes > maxBytes || longDataOverflow) {
            data.release();
            discardLongData();
            longDataOverflow = true;
            return;
        }
        if (longData == null) {
            longData = new TreeMap<>();
        }
        longData.computeIfAbsent(parameter, index -> new LongData()).add(data);
    }

    /**
     * Whether more was sent than is held.
     *
     * @return true until the next execution or reset has reported it
     */
    public boolean longDataOverflow() {
        return longDataOverflow;
    }

    /**
     * The values that were sent in pieces.
     *
     * @return by parameter index; empty when there are none; the buffers stay this statement's
     */
    public Map<Integer, CompositeByteBuf> longData() {
        if (longData == null) {
            return Map.of();
        }
        var values = new TreeMap<Integer, CompositeByteBuf>();
        longData.forEach((parameter, data) -> values.put(parameter, data.whole()));
        return values;
    }

    /** Drops what is held of long data. */
    public void discardLongData() {
        if (longData != null) {
            longData.values().forEach(LongData::release);
            longData = null;
        }
        longDataBytes = 0;
        longDataOverflow = false;
    }
}
