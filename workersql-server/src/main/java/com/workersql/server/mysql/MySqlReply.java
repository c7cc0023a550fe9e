// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.netty.PacketDecoderHandler;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.OkRewriter;
import com.workersql.server.error.GatewayError;
import com.workersql.server.execute.LocalOk;
import com.workersql.server.execute.LocalRows;
import com.workersql.server.execute.PrepareTarget;
import com.workersql.server.execute.SeveralReplies;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.SessionTracking;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes replies to a MySQL client. A shard's rows pass as the slices in which they arrived; of its control packets only an OK
 * that tells of session state is written anew, since a client gets what it asked for and not what the gateway asked for.
 *
 * <p>One per client connection, reused for every command; confined to the channel's event loop.
 */
final class MySqlReply implements PrepareTarget, SeveralReplies {
    /** A reply is flushed once, at its end; a long one also each time so much has gathered. */
    private static final int FLUSH_BYTES = 32 * 1024;

    /** A piece of a reply up to here is copied behind the last one: one buffer is sent at less cost than two. */
    private static final int GATHER_BYTES = 2 * 1024;

    private static final int GATHERED_BYTES = 512;

    private final Channel channel;
    private final CapabilityFlags capabilities;
    private final SessionTracking tracking;
    private final long maxLocalFileBytes;
    private final Runnable ended;
    /** Small pieces that were not given to the channel yet; null while there are none. */
    private ByteBuf gathered;

    private int firstSequenceId;
    private boolean binaryRows;
    private CapabilityFlags replyCapabilities;
    private Relay relay;
    private int unflushedBytes;
    /** The numbers of packets across the replies to several statements; null while there is one. */
    private PacketNumbers numbers;
    /** Run behind the current reply; null where none follows. */
    private Runnable nextStatement;
    /** True while the client sends a file. */
    private boolean readsFile;
    /** Told to the client when it has sent its file; null where there is none. */
    private GatewayError afterFile;

    /**
     * @param session of the client
     * @param maxLocalFileBytes the longest file that the client may send
     * @param ended called when a reply is complete and flushed
     */
    MySqlReply(Channel channel, ClientSession session, long maxLocalFileBytes, Runnable ended) {
        this.maxLocalFileBytes = maxLocalFileBytes;
        this.channel = channel;
        this.capabilities = session.capabilities();
        this.tracking = session.tracking();
        this.ended = ended;
        channel.closeFuture().addListener(closed -> dropGathered());
    }

    /** Gets ready for the reply to a command. */
    void next(int commandSequenceId, boolean withBinaryRows) {
        firstSequenceId = (commandSequenceId + 1) & 0xFF;
        binaryRows = withBinaryRows;
        relay = null;
        numbers = null;
        nextStatement = null;
    }

    @Override
    public void nextReply(Runnable next) {
        if (numbers == null) {
            numbers = new PacketNumbers(firstSequenceId);
        } else {
            firstSequenceId = numbers.next();
        }
        nextStatement = next;
    }

    /** The client reads again, or reads no more. */
    void writabilityChanged() {
        if (relay != null) {
            if (!channel.isWritable()) {
                flush();
            }
            relay.reading(channel.isWritable());
        }
    }

    @Override
    public void begin(CapabilityFlags shardCapabilities, Relay flow) {
        replyCapabilities = shardCapabilities;
        relay = flow;
        if (!channel.isWritable()) {
            flow.reading(false);
        }
    }

    @Override
    public void fileRequested(int sequenceId, ByteBuf request, ClientFile file) {
        var out = channel.alloc().buffer(PacketEncoder.HEADER_BYTES + request.readableBytes());
        PacketEncoder.write(out, numbers == null ? sequenceId : numbers.take(), request);
        readsFile = true;
        var incoming = new IncomingFile(file, maxLocalFileBytes, sequenceId, this::fileEnded);
        String decoder = channel.pipeline().context(PacketDecoderHandler.class).name();
        channel.pipeline().addBefore(decoder, null, incoming);
        write(out);
        unflushedBytes = 0;
        flush();
    }

    /** The reply goes on behind what the client has sent. */
    private void fileEnded(int clientSequenceId) {
        readsFile = false;
        firstSequenceId = (clientSequenceId + 1) & 0xFF;
        numbers = new PacketNumbers(firstSequenceId);
        var error = afterFile;
        afterFile = null;
        if (error != null) {
            failed(error);
        }
    }

    @Override
    public void forward(ByteBuf packets) {
        if (numbers != null) {
            numbers.renumber(packets);
        }
        write(packets);
    }

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
        int id = numbers == null ? sequenceId : numbers.take();
        var out = channel.alloc().buffer(PacketEncoder.HEADER_BYTES + payload.readableBytes());
        if (kind == ControlPacket.OK && (nextStatement != null || tellsOfState(payload))) {
            int header = PacketEncoder.start(out);
            okRewriter().rewrite(payload, out);
            PacketEncoder.finish(out, header, id);
        } else if (nextStatement != null && kind == ControlPacket.EOF) {
            var eof = Eof.decode(payload.duplicate(), replyCapabilities);
            new Eof(eof.warnings(), more(eof.statusFlags())).encodePacket(out, id, capabilities);
        } else {
            PacketEncoder.write(out, id, payload);
            if (kind == ControlPacket.EOF || kind == ControlPacket.COLUMNS_EOF) {
                withoutStateFlag(out);
            }
        }
        write(out);
    }

    private int more(int statusFlags) {
        return nextStatement == null ? statusFlags : statusFlags | StatusFlags.SERVER_MORE_RESULTS_EXISTS;
    }

    private OkRewriter okRewriter() {
        return new OkRewriter(replyCapabilities, capabilities, tracking.settings(), more(0), 0);
    }

    /** The flag announces changes to the gateway, which an EOF does not tell; the client has them in its next OK, if it asked for them. */
    private static void withoutStateFlag(ByteBuf eof) {
        int at = eof.readerIndex() + PacketEncoder.HEADER_BYTES + 3;
        if (eof.writerIndex() >= at + 2) {
            eof.setShortLE(at, eof.getUnsignedShortLE(at) & ~StatusFlags.SERVER_SESSION_STATE_CHANGED);
        }
    }

    /** Whether an OK holds more than its fixed fields, so that its form depends on what the client wants to know. */
    private static boolean tellsOfState(ByteBuf payload) {
        // Header, two numbers of at least one byte each, status, warnings: nothing can follow in seven bytes.
        return payload.readableBytes() > 7;
    }

    @Override
    public void completed(ReplyStatus status) {
        if (status.isError()) {
            nextStatement = null;
        }
        end();
    }

    @Override
    public void ok(LocalOk ok) {
        var out = channel.alloc().buffer(16);
        int told = ok.changes().isEmpty() ? 0 : StatusFlags.SERVER_SESSION_STATE_CHANGED;
        new Ok(false, 0, 0, more(ok.statusFlags()) | told, ok.warnings(), "", ok.changes())
                .encodePacket(out, firstSequenceId, capabilities);
        forward(out);
        end();
    }

    /** The answer to COM_SET_OPTION, which is an end of rows without rows. */
    void optionSet(int statusFlags) {
        var out = channel.alloc().buffer(16);
        if (capabilities.has(CapabilityFlags.CLIENT_DEPRECATE_EOF)) {
            Ok.endOfRows(statusFlags, 0).encodePacket(out, firstSequenceId, capabilities);
        } else {
            new Eof(0, statusFlags).encodePacket(out, firstSequenceId, capabilities);
        }
        write(out);
        end();
    }

    /** The answer to COM_STATISTICS, which is text and nothing else. */
    void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var out = channel.alloc().buffer(PacketEncoder.HEADER_BYTES + bytes.length);
        PacketEncoder.write(out, firstSequenceId, Unpooled.wrappedBuffer(bytes));
        write(out);
        end();
    }

    @Override
    public void rows(LocalRows rows) {
        var result = new LocalRows(rows.columns(), rows.rows(), more(rows.statusFlags()), rows.warnings());
        forward(LocalResultSets.encode(channel.alloc(), result, capabilities, firstSequenceId, binaryRows));
        end();
    }

    @Override
    public void prepared(int statementId, List<ColumnDefinition> columns) {
        write(LocalResultSets.prepared(
                channel.alloc(),
                statementId,
                columns,
                StatusFlags.SERVER_STATUS_AUTOCOMMIT,
                capabilities,
                firstSequenceId));
        end();
    }

    @Override
    public void failed(GatewayError error) {
        if (readsFile) {
            // A client that sends does not listen.
            afterFile = error;
            return;
        }
        int sequenceId = firstSequenceId;
        if (relay != null) {
            sequenceId = relay.brokeOffBefore();
            if (sequenceId < 0) {
                // Part of a packet is on its way, or of what stands before rows: nothing that could be added would be
                // understood.
                flush();
                channel.close();
                return;
            }
            if (numbers != null) {
                sequenceId = numbers.take();
            }
        }
        var out = channel.alloc().buffer();
        new Err(error.errno(), error.sqlState(), error.message()).encodePacket(out, sequenceId, capabilities);
        nextStatement = null;
        write(out);
        end();
    }

    private void write(ByteBuf packets) {
        int bytes = packets.readableBytes();
        if (bytes > GATHER_BYTES || !channel.isActive()) {
            writeGathered();
            channel.write(packets, channel.voidPromise());
        } else {
            if (gathered == null) {
                gathered = channel.alloc().buffer(Math.max(bytes, GATHERED_BYTES));
            }
            gathered.writeBytes(packets);
            packets.release();
        }
        unflushedBytes += bytes;
        if (unflushedBytes >= FLUSH_BYTES) {
            unflushedBytes = 0;
            flush();
        }
    }

    private void flush() {
        writeGathered();
        channel.flush();
    }

    private void writeGathered() {
        if (gathered != null) {
            var packets = gathered;
            gathered = null;
            channel.write(packets, channel.voidPromise());
        }
    }

    private void dropGathered() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }

    private void end() {
        unflushedBytes = 0;
        relay = null;
        flush();
        var next = nextStatement;
        if (next == null) {
            ended.run();
        } else {
            nextStatement = null;
            next.run();
        }
    }
}
