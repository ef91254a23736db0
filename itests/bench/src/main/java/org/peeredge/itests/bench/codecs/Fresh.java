// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;
import org.peeredge.dts.api.codec.CodecProvider;

/**
 * A codec whose classes nobody has used before, warmed up as bundles do it: that is what is there
 * after the bundles of codecs and of their arithmetic were swapped. By the type's name.
 */
public final class Fresh implements Function<String, CodecProvider> {
    /** Packages of the bundles that are swapped; then this side of them. */
    private static final List<String> ANEW =
            List.of(
                    "org.peeredge.dts.coding.",
                    "org.peeredge.dts.codec.",
                    Codecs.class.getName(),
                    Fresh.class.getName());

    /** For {@link #load} only. */
    public Fresh() {}

    @Override
    public CodecProvider apply(String type) {
        return Codecs.warm(type);
    }

    /** By new classes. */
    static CodecProvider load(String type) {
        try {
            Class<?> fresh = new Loader().loadClass(Fresh.class.getName());
            @SuppressWarnings("unchecked") // it is this class, by another loader
            Function<String, CodecProvider> warm =
                    (Function<String, CodecProvider>) fresh.getConstructor().newInstance();
            return warm.apply(type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Loader extends ClassLoader {
        Loader() {
            super(Fresh.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (ANEW.stream().noneMatch(name::startsWith)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> here = findLoadedClass(name);
                return here == null ? define(name) : here;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
