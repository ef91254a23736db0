// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Configurations for tests: the defaults, and what a test sets. */
final class Configs {
    private Configs() {}

    /** Any free port, the folder, and {@code values} by method name. */
    static RegistrySettings settings(Path folder, Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.putIfAbsent("port", 0);
        all.putIfAbsent("upstreams", new String[0]);
        all.putIfAbsent("data_dir", folder.toString());
        return RegistrySettings.of(config(all), "");
    }

    static RegistryConfig config(Map<String, Object> values) {
        return (RegistryConfig)
                Proxy.newProxyInstance(
                        RegistryConfig.class.getClassLoader(),
                        new Class<?>[] {RegistryConfig.class},
                        (proxy, method, arguments) ->
                                values.getOrDefault(method.getName(), method.getDefaultValue()));
    }
}
