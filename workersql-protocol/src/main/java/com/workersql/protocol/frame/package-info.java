/**
 * Packets: a header of four bytes (length and sequence id) and a payload; payloads of 16 MB and more go over several packets.
 */
package com.workersql.protocol.frame;
