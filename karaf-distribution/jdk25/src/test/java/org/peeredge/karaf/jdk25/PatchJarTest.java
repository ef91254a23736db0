// SPDX-License-Identifier: Apache-2.0
package org.peeredge.karaf.jdk25;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedAction;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.security.auth.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PatchJarTest {
    @TempDir private Path folder;

    static List<Path> karafJars() {
        List<Path> jars =
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                        .map(Path::of)
                        .filter(path ->
                                path.getFileName().toString().startsWith("org.apache.karaf"))
                        .toList();
        assertEquals(5, jars.size(), jars::toString);
        return jars;
    }

    /** Fails on the day a Karaf release brings the fix itself: then remove this module. */
    @ParameterizedTest
    @MethodSource("karafJars")
    void karafStillNeedsIt(Path jar) throws Exception {
        assertTrue(!PatchJar.patch(jar, folder.resolve("out.jar")).isEmpty(), jar::toString);
    }

    @ParameterizedTest
    @MethodSource("karafJars")
    void everyRewrittenClassVerifies(Path jar) throws Exception {
        Path patched = folder.resolve("out.jar");
        List<String> changed = PatchJar.patch(jar, patched);
        try (JarFile in = new JarFile(patched.toFile());
                URLClassLoader loader = loader(patched)) {
            ClassFile files =
                    ClassFile.of(
                            ClassFile.ClassHierarchyResolverOption.of(
                                    ClassHierarchyResolver.defaultResolver()
                                            .orElse(
                                                    ClassHierarchyResolver.ofResourceParsing(
                                                            loader))));
            for (String name : changed) {
                byte[] bytes = bytes(in, name);
                assertEquals(List.of(), files.verify(bytes), name);
                assertTrue(
                        SubjectRewrite.apply(bytes).isEmpty() || isRuleByMethodName(name),
                        name + " still calls what is gone");
            }
        }
    }

    @Test
    void copiesEverythingElseByteForByte() throws Exception {
        Path jar = karafJars().getFirst();
        Path patched = folder.resolve("out.jar");
        List<String> changed = PatchJar.patch(jar, patched);
        try (JarFile before = new JarFile(jar.toFile());
                JarFile after = new JarFile(patched.toFile())) {
            assertEquals(
                    before.stream().map(JarEntry::getName).toList(),
                    after.stream().map(JarEntry::getName).toList());
            for (JarEntry entry : before.stream().toList()) {
                if (!changed.contains(entry.getName())) {
                    assertEquals(
                            -1,
                            Arrays.mismatch(
                                    bytes(before, entry.getName()), bytes(after, entry.getName())),
                            entry.getName());
                }
            }
        }
    }

    @Test
    void theHelperBindsTheSubjectAndSeesItsRoles() throws Exception {
        Path jar =
                karafJars().stream()
                        .filter(path -> path.toString().contains("shell.core"))
                        .findFirst()
                        .orElseThrow();
        Path patched = folder.resolve("out.jar");
        PatchJar.patch(jar, patched);
        try (URLClassLoader loader = loader(patched)) {
            Class<?> helper = loader.loadClass("org.apache.karaf.util.jaas.JaasHelper");
            Method doAs = helper.getMethod("doAs", Subject.class, PrivilegedAction.class);
            Method hasRole = helper.getMethod("currentUserHasRole", String.class);
            Subject subject = new Subject();
            PrivilegedAction<Subject> current = Subject::current;
            assertSame(subject, doAs.invoke(null, subject, current));
            assertNull(Subject.current());
            PrivilegedAction<Object> asks =
                    () -> {
                        try {
                            return hasRole.invoke(null, "admin");
                        } catch (ReflectiveOperationException e) {
                            throw new IllegalStateException(e);
                        }
                    };
            assertEquals(false, doAs.invoke(null, subject, asks));
        }
    }

    @Test
    void refusesAJarThatNeedsNothing() throws Exception {
        Path empty = folder.resolve("empty.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(empty))) {
            out.putNextEntry(new JarEntry("README"));
            out.closeEntry();
        }
        String[] args = {folder.resolve("out").toString(), empty.toString()};
        IllegalStateException thrown =
                assertThrows(IllegalStateException.class, () -> PatchJar.main(args));
        assertTrue(thrown.toString().contains("empty.jar"));
    }

    /** Rules 2 to 4 look at names alone, so they match their own output too. */
    private static boolean isRuleByMethodName(String name) {
        return name.endsWith("/JaasHelper.class")
                || name.endsWith("/SecuredCommand.class")
                || name.endsWith("/LocalConsoleManager.class");
    }

    private static byte[] bytes(JarFile jar, String name) throws IOException {
        try (var in = jar.getInputStream(jar.getJarEntry(name))) {
            return in.readAllBytes();
        }
    }

    private static URLClassLoader loader(Path jar) throws IOException {
        return new URLClassLoader(
                new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }
}
