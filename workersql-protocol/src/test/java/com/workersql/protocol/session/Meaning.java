// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static com.workersql.protocol.StatusFlags.SERVER_MORE_RESULTS_EXISTS;
import static com.workersql.protocol.StatusFlags.SERVER_PS_OUT_PARAMS;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_CURSOR_EXISTS;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** What a reply says, whichever way its ends are marked: definitions and rows as bytes, the rest as words. */
final class Meaning implements ReplySink {
    private static final int OUT = SERVER_PS_OUT_PARAMS | SERVER_MORE_RESULTS_EXISTS;

    final List<String> list = new ArrayList<>();
    private final ReplyKind kind;
    private final CapabilityFlags capabilities;
    private final ByteBuf run = Unpooled.buffer();
    private int flagsOfColumns;

    Meaning(ReplyKind kind, CapabilityFlags capabilities) {
        this.kind = kind;
        this.capabilities = capabilities;
    }

    @Override
    public void forward(ByteBuf in, int index, int length) {
        run.writeBytes(in, index, length);
        while (run.readableBytes() >= 4 && run.readableBytes() >= 4 + run.getUnsignedMediumLE(run.readerIndex())) {
            int bytes = run.readUnsignedMediumLE();
            run.skipBytes(1);
            list.add("packet " + ByteBufUtil.hexDump(run.readSlice(bytes)));
        }
    }

    @Override
    public void control(ControlPacket control, int sequenceId, ByteBuf payload) {
        switch (control) {
            case COLUMNS_EOF -> {
                Eof eof = Eof.decode(payload, capabilities);
                int cursor = eof.statusFlags() & (SERVER_STATUS_CURSOR_EXISTS | SERVER_MORE_RESULTS_EXISTS);
                if (kind == ReplyKind.EXECUTE && cursor == SERVER_STATUS_CURSOR_EXISTS) {
                    end(eof.statusFlags(), eof.warnings());
                }
                flagsOfColumns = (eof.statusFlags() & OUT) == OUT ? OUT : 0;
            }
            case OK -> {
                Ok ok = Ok.decode(payload, capabilities);
                if (ok.endOfRows()) {
                    end(ok.statusFlags(), ok.warnings());
                } else {
                    list.add("ok " + ok.affectedRows() + " " + ok.statusFlags());
                }
            }
            case EOF -> {
                Eof eof = Eof.decode(payload, capabilities);
                end(eof.statusFlags(), eof.warnings());
            }
            case ERR -> list.add("err " + Err.decode(payload, capabilities).errno());
            default -> list.add(control + " " + ByteBufUtil.hexDump(payload));
        }
    }

    private void end(int statusFlags, int warnings) {
        list.add("end " + (statusFlags | flagsOfColumns) + " " + warnings);
        flagsOfColumns = 0;
    }
}
