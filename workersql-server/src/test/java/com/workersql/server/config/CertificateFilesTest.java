// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CertificateFilesTest {
    private static final Path FILES = Path.of("src/test/resources/com/workersql/server/config");

    @TempDir
    Path dir;

    private static Path certificate(String name) {
        return FILES.resolve(name + ".pem");
    }

    private static Path key(String name) {
        return FILES.resolve(name + ".key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "renewed", "rsa", "ed25519"})
    void aCertificateAndItsKeyHaveNoFault(String name) {
        assertThat(CertificateFiles.certificateFault(certificate(name))).isNull();
        assertThat(CertificateFiles.keyFault(key(name), certificate(name))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"renewed", "rsa", "ed25519"})
    void theKeyOfAnotherCertificateIsAFault(String name) {
        assertThat(CertificateFiles.keyFault(key(name), certificate("gateway")))
                .startsWith(key(name) + " is not the key of " + certificate("gateway"));
    }

    @Test
    void theFirstCertificateOfAChainCounts() throws IOException {
        var chain = Files.writeString(
                dir.resolve("chain.pem"),
                "subject=CN = localhost\n" + Files.readString(certificate("gateway"))
                        + Files.readString(certificate("rsa")));

        assertThat(CertificateFiles.certificateFault(chain)).isNull();
        assertThat(CertificateFiles.keyFault(key("gateway"), chain)).isNull();
        assertThat(CertificateFiles.keyFault(key("rsa"), chain)).isNotNull();
    }

    @Test
    void aFileOfSomethingElseIsAFault() throws IOException {
        var cut = Files.writeString(
                dir.resolve("cut.pem"), "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");

        assertThat(CertificateFiles.certificateFault(key("gateway")))
                .isEqualTo(key("gateway") + " holds no certificate that can be read: there is none in PEM");
        assertThat(CertificateFiles.certificateFault(cut)).startsWith(cut + " holds no certificate that can be read");
        assertThat(CertificateFiles.keyFault(certificate("rsa"), certificate("rsa")))
                .isEqualTo(certificate("rsa") + " holds no private key (PKCS #8, without a password)");
        assertThat(CertificateFiles.certificateFault(dir.resolve("none")))
                .isEqualTo(dir.resolve("none") + " does not exist");
        assertThat(CertificateFiles.keyFault(dir.resolve("none"), certificate("rsa")))
                .isEqualTo(dir.resolve("none") + " does not exist");
    }
}
