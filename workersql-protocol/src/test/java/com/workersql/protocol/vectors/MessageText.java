// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.vectors;

import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.client.StmtBulkExecute;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.client.StmtPrepare;
import com.workersql.protocol.message.client.StmtSendLongData;
import com.workersql.protocol.message.client.Unknown;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** What a message says. Records print a buffer's address; here it is the buffer's content, as text or as hexadecimal digits. */
public final class MessageText {
    private MessageText() {}

    /** The record's own text, but for buffers. */
    public static String of(Object message) {
        ByteBuf buffer = buffer(message);
        String text = message.toString();
        return buffer == null ? text : text.replace(buffer.toString(), content(buffer));
    }

    /** What a message borrows of its payload; null for most. */
    private static ByteBuf buffer(Object message) {
        if (message instanceof Query query) {
            return query.sql();
        } else if (message instanceof StmtPrepare prepare) {
            return prepare.sql();
        } else if (message instanceof StmtSendLongData longData) {
            return longData.data();
        } else if (message instanceof StmtExecute execute) {
            return execute.parameters();
        } else if (message instanceof StmtBulkExecute bulk) {
            return bulk.rows();
        } else if (message instanceof Unknown unknown) {
            return unknown.body();
        }
        return null;
    }

    private static String content(ByteBuf buffer) {
        boolean printable = buffer.forEachByte(b -> b >= ' ' && b < 0x7F) < 0;
        return printable ? "'" + buffer.toString(StandardCharsets.US_ASCII) + "'" : "0x" + ByteBufUtil.hexDump(buffer);
    }
}
