// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;

/** Looks into PEM files, so that a file that cannot be used is told before clients or shards meet it. */
public final class CertificateFiles {
    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\\s]+)-----END ");
    private static final Pattern KEY = Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END ");

    /** By what keys of a kind sign; others are not tried. */
    private static final Map<String, String> SIGNATURES = Map.of(
            "RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA", "Ed25519", "Ed25519", "Ed448", "Ed448");

    private CertificateFiles() {}

    /**
     * What is wrong with a file of certificates.
     *
     * @param file a PEM file
     * @return a few words; null when it begins by a certificate
     */
    public static String certificateFault(Path file) {
        try {
            publicKey(file);
            return null;
        } catch (IOException e) {
            return unreadable(file, e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return file + " holds no certificate that can be read: " + e.getMessage();
        }
    }

    /**
     * What is wrong with the private key of a certificate. A key of another certificate would fail each client's handshake.
     *
     * @param key a PEM file
     * @param certificate a PEM file in which there is no fault; its first certificate counts
     * @return a few words; null when they belong together
     */
    public static String keyFault(Path key, Path certificate) {
        try {
            var ownPublic = publicKey(certificate);
            var matcher = KEY.matcher(Files.readString(key, StandardCharsets.ISO_8859_1));
            if (!matcher.find()) {
                return key + " holds no private key (PKCS #8, without a password)";
            }
            var own = KeyFactory.getInstance(ownPublic.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(decode(matcher.group(1))));
            return belongTogether(own, ownPublic) ? null : key + " is not the key of " + certificate;
        } catch (IOException e) {
            return unreadable(key, e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return key + " is not the key of " + certificate + ": " + e.getMessage();
        }
    }

    private static PublicKey publicKey(Path file) throws IOException, GeneralSecurityException {
        var matcher = CERTIFICATE.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        if (!matcher.find()) {
            throw new GeneralSecurityException("there is none in PEM");
        }
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(decode(matcher.group(1))))
                .getPublicKey();
    }

    private static boolean belongTogether(PrivateKey own, PublicKey ownPublic) throws GeneralSecurityException {
        var name = SIGNATURES.get(ownPublic.getAlgorithm());
        if (name == null) {
            return true;
        }
        var text = name.getBytes(StandardCharsets.US_ASCII);
        var signature = Signature.getInstance(name);
        signature.initSign(own);
        signature.update(text);
        var signed = signature.sign();
        signature.initVerify(ownPublic);
        signature.update(text);
        return signature.verify(signed);
    }

    private static byte[] decode(String base64) {
        return Base64.getMimeDecoder().decode(base64);
    }

    private static String unreadable(Path file, IOException e) {
        return file + (Files.exists(file) ? " cannot be read: " + e : " does not exist");
    }
}
