// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerErrorException;
import com.workersql.protocol.session.ServerHandshakeConfig;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The two examples of the README talk to each other, and are what the README shows. */
class ExamplesTest {
    private static EventLoopGroup loops;
    private static Channel server;

    @BeforeAll
    static void start() {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        String verifier =
                PasswordVerifier.hashCachingSha2("secret".getBytes(StandardCharsets.UTF_8), new SecureRandom());
        server = SelectOneServer.start(
                        loops,
                        ServerHandshakeConfig.builder()
                                .rsaKeys(RsaKeyPair.generate())
                                .build(),
                        Credential.of(PasswordVerifier.parse(verifier), null))
                .syncUninterruptibly()
                .channel();
    }

    @AfterAll
    static void stop() {
        server.close().syncUninterruptibly();
        loops.shutdownGracefully().syncUninterruptibly();
    }

    private static long ask(String password) throws Exception {
        ClientHandshakeConfig config = ClientHandshakeConfig.builder("demo")
                .password(password.getBytes(StandardCharsets.UTF_8))
                .tls(com.workersql.protocol.session.TlsMode.DISABLED)
                .allowPublicKeyRetrieval(true)
                .build();
        return SelectOneClient.ask(loops, (InetSocketAddress) server.localAddress(), config)
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void theClientGetsItsOne() throws Exception {
        assertThat(ask("secret")).isEqualTo(1);
        assertThat(ask("secret")).isEqualTo(1);
    }

    @Test
    void theClientHearsWhyItIsRefused() {
        assertThatThrownBy(() -> ask("wrong"))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ServerErrorException.class,
                        e -> assertThat(e.err().errno()).isEqualTo(1045));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SelectOneServer", "SelectOneClient"})
    void theReadmeShowsThisText(String name) throws IOException {
        String source = Files.readString(
                Path.of("src/test/java/com/workersql/protocol/example", name + ".java"), StandardCharsets.UTF_8);
        String shown = source.substring(source.indexOf("import "));

        assertThat(Files.readString(Path.of("README.md"), StandardCharsets.UTF_8))
                .contains("```java\n" + shown + "```");
    }

    /** Without imports, comments and empty lines. */
    @ParameterizedTest
    @CsvSource({"SelectOneServer, 40", "SelectOneClient, 30"})
    void areShort(String name, int lines) throws IOException {
        String source = Files.readString(Path.of("src/test/java/com/workersql/protocol/example", name + ".java"));
        String code = source.substring(source.indexOf("final class"));

        assertThat(code.lines().filter(line -> !line.isBlank())).hasSizeBetween(20, lines);
    }
}
