/**
 * What a server says outside of rows: plain values with an encoder and a decoder of their payload.
 *
 * <p>No payload says by itself what it is; the state of the conversation does. So each record has its own {@code decode}.
 */
package com.workersql.protocol.message.server;
