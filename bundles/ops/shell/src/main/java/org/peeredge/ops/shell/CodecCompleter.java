// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Collection;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.codec.CodecProvider;

/** The types of codecs that are there. */
@Service
public final class CodecCompleter extends ServiceCompleter {
    @Override
    Collection<String> words(Services services) throws Exception {
        Collection<String> types = new TreeSet<>();
        services.eachPlugin(CodecProvider.class, plugin -> types.add(plugin.type()));
        return types;
    }
}
