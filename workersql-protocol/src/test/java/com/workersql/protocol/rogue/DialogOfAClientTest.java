// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.session.TlsOffer;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MariaDB's own client answers our question by its plugin {@code dialog}. */
class DialogOfAClientTest {
    private static final String TLS = "/com/workersql/protocol/netty/";
    private static final Path CLI = Path.of("/usr/bin/mariadb");
    private static final Path PLUGIN = Path.of("/usr/lib/x86_64-linux-gnu/libmariadb3/plugin/dialog.so");

    @ParameterizedTest
    @CsvSource({"secret, 0", "wrong, 1"})
    void isUnderstood(String password, int exitCode) throws Exception {
        assumeThat(CLI).as("the client of MariaDB is not installed").exists();
        assumeThat(PLUGIN).as("nor its plugin").exists();
        var tls = SslContextBuilder.forServer(
                        DialogOfAClientTest.class.getResourceAsStream(TLS + "localhost.pem"),
                        DialogOfAClientTest.class.getResourceAsStream(TLS + "localhost.key"))
                .build();
        byte[] right = "secret".getBytes(StandardCharsets.UTF_8);
        var verifier = new PasswordVerifier.External(given -> Arrays.equals(given, right), "Password: ");
        var config = ServerHandshakeConfig.builder().tls(TlsOffer.REQUIRED).build();
        Path output = Files.createTempFile("dialog", ".txt");
        try (var server = new CommandServer(config, (user, schema, peer) -> Credential.of(verifier, null), tls)) {
            Process client = new ProcessBuilder(List.of(
                            CLI.toString(),
                            "--no-defaults",
                            "-h127.0.0.1",
                            "-P" + server.port(),
                            "-udemo",
                            "-p" + password,
                            "--ssl",
                            "--skip-ssl-verify-server-cert",
                            "-e",
                            "DO 1"))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(client.exitValue()).as(Files.readString(output)).isEqualTo(exitCode);
            assertThat(server.executed.get() > 0).isEqualTo(exitCode == 0);
            assertThat(server.faults).isEmpty();
        } finally {
            Files.delete(output);
        }
    }
}
