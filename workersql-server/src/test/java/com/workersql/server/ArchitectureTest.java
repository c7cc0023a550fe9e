// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("com.workersql.server");

    @Test
    void configurationKnowsNeitherNetworkNorDoors() {
        noClasses()
                .that()
                .resideInAnyPackage("..server.config..", "..server.users..", "..server.embedded..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "..server.cli..", "info.picocli..")
                .check(CLASSES);
    }

    @Test
    void nothingSleeps() {
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(CLASSES);
    }

    @Test
    void nobodyKnowsTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..server.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..server.cli..")
                .check(CLASSES);
    }
}
