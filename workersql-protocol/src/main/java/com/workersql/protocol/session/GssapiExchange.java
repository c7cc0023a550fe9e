// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.auth.GssapiCredentials;
import com.workersql.protocol.wire.Bytes;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;

/**
 * One side's context of GSSAPI: a round for each token of the other side, each on a thread that may take its time. It ends by itself when it is
 * established or a round fails, or by {@link #close}, which waits for nobody: what is used at that moment is disposed of behind its use.
 */
final class GssapiExchange {
    /** Makes the context. */
    @FunctionalInterface
    interface Opening {
        GSSContext open(GSSCredential credential) throws GSSException;
    }

    /**
     * What a round gave.
     *
     * @param token for the other side; null for none
     * @param isEstablished whether this side has all that it needs
     * @param initiator the client's principal; null where this is the client, or nothing is established
     */
    record Round(Bytes token, boolean isEstablished, String initiator) {}

    private final GssapiCredentials credentials;
    private final Opening opening;

    private GSSCredential credential;
    private GSSContext context;
    private boolean isRunning;
    private boolean isClosed;

    GssapiExchange(GssapiCredentials credentials, Opening opening) {
        this.credentials = credentials;
        this.opening = opening;
    }

    /** Acquires the credentials and makes the context, in front of the first round. */
    void open(Oid[] mechanisms) throws GSSException {
        enter();
        boolean isOpen = false;
        try {
            credential = credentials.acquire(mechanisms);
            context = opening.open(credential);
            isOpen = true;
        } finally {
            leave(!isOpen);
        }
    }

    boolean isOpen() {
        return context != null;
    }

    /** Takes the other side's token, which is empty in a client's first round. */
    Round round(Bytes token) throws GSSException {
        enter();
        boolean goesOn = false;
        try {
            byte[] in = token.toArray();
            byte[] out = context.isInitiator()
                    ? context.initSecContext(in, 0, in.length)
                    : context.acceptSecContext(in, 0, in.length);
            boolean isEstablished = context.isEstablished();
            String initiator = isEstablished && !context.isInitiator()
                    ? context.getSrcName().toString()
                    : null;
            goesOn = !isEstablished;
            return new Round(out == null || out.length == 0 ? null : Bytes.of(out), isEstablished, initiator);
        } finally {
            leave(!goesOn);
        }
    }

    private synchronized void enter() throws GSSException {
        if (isClosed) {
            throw new GSSException(GSSException.NO_CONTEXT);
        }
        isRunning = true;
    }

    private synchronized void leave(boolean isLast) {
        isRunning = false;
        if (isLast || isClosed) {
            isClosed = true;
            dispose();
        }
    }

    /** Disposes of the context and gives the credentials back. */
    synchronized void close() {
        isClosed = true;
        if (!isRunning) {
            dispose();
        }
    }

    private void dispose() {
        if (context != null) {
            try {
                context.dispose();
            } catch (GSSException e) {
                // Nobody can do anything about it; its memory goes with the object.
            }
            context = null;
        }
        if (credential != null) {
            credentials.release(credential);
            credential = null;
        }
    }
}
