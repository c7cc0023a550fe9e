// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import com.workersql.protocol.wire.Bytes;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * {@code mysql_native_password}: the client proves that it knows SHA1(password), the server knows SHA1(SHA1(password)).
 *
 * <pre>{@code
 * response := SHA1(password) XOR SHA1(salt, SHA1(SHA1(password)))
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Native Authentication".
 */
public final class NativePassword {
    /** The plugin's name. */
    public static final String PLUGIN = "mysql_native_password";

    /** How long a response is. */
    public static final int RESPONSE_BYTES = 20;

    private NativePassword() {}

    /**
     * The client's response.
     *
     * @param password stays the caller's
     * @param salt 20 bytes without the NUL
     * @return empty for an empty password
     */
    public static Bytes response(byte[] password, Bytes salt) {
        if (password.length == 0) {
            return Bytes.EMPTY;
        }
        MessageDigest sha1 = Digests.sha1();
        byte[] stage1 = sha1.digest(password);
        byte[] stage2 = sha1.digest(stage1);
        sha1.update(salt.toArray());
        return Bytes.of(Digests.xor(stage1, sha1.digest(stage2)));
    }

    /** What the server keeps: SHA1(SHA1(password)). */
    public static Bytes hash(byte[] password) {
        return Bytes.of(Digests.twice(Digests.sha1(), password));
    }

    /** True when {@code response} was made with the password behind {@code hash}. Takes the same time for any response. */
    public static boolean verify(Bytes response, Bytes salt, Bytes hash) {
        if (response.length() != RESPONSE_BYTES || hash.length() != RESPONSE_BYTES) {
            return false;
        }
        MessageDigest sha1 = Digests.sha1();
        sha1.update(salt.toArray());
        byte[] stage1 = Digests.xor(sha1.digest(hash.toArray()), response.toArray());
        boolean isProof = MessageDigest.isEqual(sha1.digest(stage1), hash.toArray());
        Arrays.fill(stage1, (byte) 0);
        return isProof;
    }
}
