/**
 * What a client says: plain values with an encoder and a decoder of their payload.
 *
 * <p>{@link com.workersql.protocol.message.client.ClientCommand#decode} reads any packet of the command phase; the messages of
 * the handshake have a {@code decode} each.
 */
package com.workersql.protocol.message.client;
