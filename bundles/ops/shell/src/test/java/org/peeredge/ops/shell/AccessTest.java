// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Command;
import org.junit.jupiter.api.Test;

/** Every command has a line in the distribution's access lists: one without is open to all. */
final class AccessTest {
    private static final Path ETC =
            Path.of("../../../karaf-distribution/full/src/main/resources/etc");

    @Test
    void everyCommandIsNamedAndViewersOnlyList() throws Exception {
        Map<String, Properties> lists = new TreeMap<>();
        TreeSet<String> commands = new TreeSet<>();
        for (Class<?> type : commandClasses()) {
            Command command = type.getAnnotation(Command.class);
            assertNotNull(command, type + " has no @Command");
            commands.add(command.scope() + ":" + command.name());
            Properties list = lists.computeIfAbsent(command.scope(), AccessTest::read);
            String roles = list.getProperty(command.name());
            assertNotNull(roles, command.scope() + ":" + command.name() + " has no line");
            boolean lists1 = ListCommand.class.isAssignableFrom(type);
            assertEquals(lists1, roles.contains("viewer"), type.getSimpleName());
            assertTrue(roles.contains("admin"), type.getSimpleName());
        }
        assertEquals(15, commands.size(), commands.toString());
        int lines = lists.values().stream().mapToInt(Properties::size).sum();
        assertEquals(commands.size(), lines, "lines for commands that do not exist");
    }

    private static Properties read(String scope) {
        Properties list = new Properties();
        Path file = ETC.resolve("org.apache.karaf.command.acl." + scope + ".cfg");
        try (Reader in = Files.newBufferedReader(file)) {
            list.load(in);
            return list;
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
    }

    private static Iterable<Class<?>> commandClasses() throws Exception {
        Path classes = Path.of("target/classes/org/peeredge/ops/shell");
        try (Stream<Path> files = Files.list(classes)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith("Command.class"))
                    .filter(n -> !n.equals("ShellCommand.class") && !n.equals("ListCommand.class"))
                    .<Class<?>>map(AccessTest::load)
                    .toList();
        }
    }

    private static Class<?> load(String file) {
        String name = file.substring(0, file.length() - ".class".length());
        try {
            return Class.forName("org.peeredge.ops.shell." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
