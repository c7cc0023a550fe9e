// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.http.query.AnswerDocument;
import com.workersql.server.http.query.ErrorDocument;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.QueryOutput;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.QueryRun;
import com.workersql.server.http.query.SessionTask;
import com.workersql.server.session.ClientSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;

/** One message of a client and the one message that answers it, which is gathered whole. Confined to the socket's event loop. */
final class Call implements QueryOutput, SessionTask {
    /** MySQL's ER_WARN_ALLOWED_PACKET_OVERFLOWED: a result was larger than a limit allows. */
    private static final int ANSWER_TOO_LARGE = 1301;

    private static final int MAX_COMPONENTS = 4_096;

    private final WebSocketConnection socket;
    private final WebSocketConnection.Parts parts;
    private final String id;
    private final String requestId;
    private final CallKind kind;
    private final QueryRequest request;
    private String transactionId;
    private QueryRun run;
    private Runnable over;
    private ByteBuf gathered;
    private int reservedBytes;
    private GatewayError refusal;
    private boolean failed;

    /**
     * @param id the client's id as JSON text
     * @param request what to run; null for a call that is only to be refused
     */
    Call(
            WebSocketConnection socket,
            WebSocketConnection.Parts parts,
            String id,
            String requestId,
            CallKind kind,
            QueryRequest request) {
        this.socket = socket;
        this.parts = parts;
        this.id = id;
        this.requestId = requestId;
        this.kind = kind;
        this.request = request;
    }

    void transactionId(String ofThisCall) {
        transactionId = ofThisCall;
    }

    @Override
    public void start(ClientSession session, Runnable whenOver) {
        over = whenOver;
        run = new QueryRun(
                parts.sessions(),
                session,
                request,
                AnswerDocument.Format.json(request.rowsAsArrays()),
                this,
                parts.limits(),
                requestId);
        run.start();
    }

    @Override
    public void refuse(GatewayError error) {
        sendError(error);
    }

    @Override
    public void writable(boolean writable) {
        if (run != null) {
            run.writable(writable);
        }
    }

    @Override
    public void killed() {
        if (run != null) {
            run.killed();
        }
    }

    @Override
    public void stop(GatewayError error) {
        if (run != null) {
            run.stop(error);
        }
    }

    @Override
    public void abandon() {
        if (run != null) {
            run.abandon();
        }
    }

    @Override
    public boolean hasLostSession() {
        return run != null && run.hasLostSession();
    }

    @Override
    public boolean endsSession() {
        return kind == CallKind.END || (kind == CallKind.BEGIN && failed);
    }

    @Override
    public boolean isWritable() {
        return socket.isWritable();
    }

    @Override
    public void write(ByteBuf json) {
        gather(json);
    }

    private void gather(ByteBuf json) {
        if (refusal != null) {
            json.release();
            return;
        }
        int bytes = json.readableBytes();
        if (reservedBytes + bytes > parts.settings().maxAnswerBytes()) {
            json.release();
            stopFor("The answer has more than " + parts.settings().maxAnswerBytes()
                    + " bytes, the most that one WebSocket message carries (max_answer_bytes); ask for fewer rows or use"
                    + " POST /v1/query");
        } else if (!parts.budget().tryTake(bytes)) {
            json.release();
            stopFor("The answers that WebSocket clients have not read yet hold all of "
                    + parts.budget().limitBytes() + " bytes (answer_budget_bytes)");
        } else {
            reservedBytes += bytes;
            if (gathered == null) {
                gathered = json;
            } else {
                gathered = joined(gathered, json);
            }
        }
    }

    private static ByteBuf joined(ByteBuf first, ByteBuf second) {
        if (first instanceof CompositeByteBuf composite) {
            return composite.addComponent(true, second);
        }
        return ByteBufAllocator.DEFAULT.compositeBuffer(MAX_COMPONENTS).addComponents(true, first, second);
    }

    private void stopFor(String reason) {
        refusal = new GatewayError(ANSWER_TOO_LARGE, "HY000", reason, ErrorClass.TOO_LARGE, Outcome.EXECUTED);
        drop();
        stop(refusal);
    }

    @Override
    public void complete(ByteBuf json) {
        if (kind == CallKind.QUERY) {
            gather(json);
        } else {
            json.release();
            drop();
            gather(transactionData());
        }
        if (refusal != null) {
            // It was the end of the document that did not fit: the statement is over, there is nothing to stop.
            sendError(refusal);
        } else {
            sendData();
        }
        over.run();
    }

    private ByteBuf transactionData() {
        var data = ByteBufAllocator.DEFAULT.buffer(64);
        JsonOutput.raw(data, kind == CallKind.BEGIN ? "{\"transactionId\":" : "{\"success\":true,\"transactionId\":");
        JsonOutput.string(data, transactionId);
        return data.writeByte('}');
    }

    private void sendData() {
        var head = ByteBufAllocator.DEFAULT.buffer(64 + id.length());
        JsonOutput.raw(head, "{\"type\":\"response\",\"id\":");
        writeId(head);
        JsonOutput.raw(head, ",\"data\":");
        var message = ByteBufAllocator.DEFAULT
                .compositeBuffer(3)
                .addComponents(
                        true, head, gathered, ByteBufAllocator.DEFAULT.buffer(1).writeByte('}'));
        int bytes = reservedBytes;
        gathered = null;
        reservedBytes = 0;
        socket.send(message).addListener(sent -> parts.budget().give(bytes));
    }

    private void writeId(ByteBuf out) {
        JsonOutput.json(out, id);
    }

    @Override
    public void fail(GatewayError error, ByteBuf tail) {
        tail.release();
        drop();
        failed = true;
        sendError(error);
        over.run();
    }

    private void sendError(GatewayError error) {
        var message = ByteBufAllocator.DEFAULT.buffer(512);
        JsonOutput.raw(message, "{\"type\":\"error\",\"id\":");
        writeId(message);
        JsonOutput.raw(message, ",\"error\":");
        ErrorDocument.of(error, requestId).writeError(message);
        socket.send(message.writeByte('}'));
    }

    @Override
    public void abandoned() {
        drop();
        over.run();
    }

    private void drop() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
        parts.budget().give(reservedBytes);
        reservedBytes = 0;
    }
}
