// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** Carries one reply of a shard to its target, and tells the executor how it ended. Confined to the session's event loop. */
final class Relay implements ReplyListener, ReplyTarget.Relay, ReplyTarget.ClientFile {
    /** Says nothing of files: whoever asks for one unasked shall learn nothing. */
    static final GatewayError UNASKED_FILE = new GatewayError(
            1105,
            "HY000",
            "The shard asked for a file that this statement does not load; its connection was closed",
            ErrorClass.SHARD_DIED,
            Outcome.UNKNOWN);

    private final PooledConnection connection;
    private final EventLoop loop;
    private final ReplyTarget target;
    private final Ending ending;
    private boolean began;
    private boolean stopped;
    private byte[] error;
    private int errorSequenceId;
    private final byte[] fileName;
    private boolean fileOpen;
    private int brokeOffBefore = -1;

    /** What happens when the reply has ended, before the target hears of it. */
    interface Ending {
        /** The reply is complete; bookkeeping and release come before the door can send the next command. */
        void completed(ReplyStatus status);

        /**
         * The reply ends by the shard's error, of which the target has not heard yet.
         *
         * @param began whether the target has got a part of the reply
         * @return true when the ending does all that is left to do; false to pass the error on as any reply
         */
        boolean errored(ReplyStatus status, boolean began);

        /** The shard has asked for the statement's file: from here on the statement cannot be repeated. */
        void fileRequested();

        /** The file is not to be had: the connection and all that runs on it are to be ended, and the target told. */
        void fileAborted(GatewayError why);

        /** The connection is gone. */
        void broken(BrokenConnectionException cause, boolean bytesLeft);
    }

    /**
     * @param fileName the client's file that the shard may ask for; null: none
     */
    Relay(PooledConnection connection, ReplyTarget target, Ending ending, byte[] fileName) {
        this.fileName = fileName;
        this.connection = connection;
        this.loop = connection.borrower();
        this.target = target;
        this.ending = ending;
    }

    @Override
    public boolean answersFileRequests() {
        return fileName != null;
    }

    private void fileRequested(int sequenceId, ByteBuf request) {
        ending.fileRequested();
        var wanted = request.slice(request.readerIndex() + 1, request.readableBytes() - 1);
        if (began || !wanted.equals(Unpooled.wrappedBuffer(fileName))) {
            refuseFile();
            return;
        }
        fileOpen = true;
        target.fileRequested(sequenceId, request, this);
    }

    private void refuseFile() {
        stopped = true;
        ending.fileAborted(UNASKED_FILE);
    }

    /** Whether a part of the client's file is still to come. */
    boolean isFileOpen() {
        return fileOpen;
    }

    @Override
    public Future<Void> send(ByteBuf packets) {
        if (!fileOpen || stopped) {
            packets.release();
            return loop.newSucceededFuture(null);
        }
        return connection.sendMore(packets);
    }

    @Override
    public void ended() {
        fileOpen = false;
    }

    @Override
    public void abort(GatewayError why) {
        if (fileOpen && !stopped) {
            stopped = true;
            ending.fileAborted(why);
        }
    }

    @Override
    public void onForward(ByteBuf packets) {
        if (stopped) {
            packets.release();
            return;
        }
        if (fileOpen) {
            packets.release();
            refuseFile();
            return;
        }
        begin();
        target.forward(packets);
    }

    @Override
    public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
        if (stopped) {
            return;
        }
        if (kind == ControlPacket.ERR) {
            // Kept back until its end is known: the statement may be repeated, or the error told in another way.
            error = ByteBufUtil.getBytes(payload);
            errorSequenceId = sequenceId;
            return;
        }
        if (fileOpen) {
            refuseFile();
            return;
        }
        if (kind == ControlPacket.LOCAL_INFILE) {
            fileRequested(sequenceId, payload);
            return;
        }
        begin();
        target.control(kind, sequenceId, payload);
    }

    @Override
    public void onComplete(ReplyStatus status) {
        if (stopped) {
            return;
        }
        if (fileOpen) {
            // The server did not wait for the end of the file: what it makes of the rest, nobody else shall see.
            stopped = true;
            ending.fileAborted(
                    status.isError()
                            ? GatewayError.ofServer(status.errno(), status.sqlState(), status.message())
                            : UNASKED_FILE);
            return;
        }
        if (error != null) {
            // Another error may be told in its place, also behind rows.
            brokeOffBefore = errorSequenceId;
            if (ending.errored(status, began)) {
                return;
            }
            begin();
            target.control(ControlPacket.ERR, errorSequenceId, Unpooled.wrappedBuffer(error));
        }
        ending.completed(status);
        target.completed(status);
    }

    @Override
    public void onBroken(BrokenConnectionException cause) {
        if (!stopped) {
            stopped = true;
            brokeOffBefore = cause.nextSequenceId();
            ending.broken(cause, began);
        }
    }

    /** Passes nothing on any more. */
    void stop() {
        stopped = true;
    }

    @Override
    public void reading(boolean reading) {
        connection.setAutoRead(reading);
    }

    @Override
    public int brokeOffBefore() {
        return brokeOffBefore;
    }

    private void begin() {
        if (!began) {
            began = true;
            target.begin(connection.capabilities(), this);
        }
    }
}
