// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Codecs;

/** What a node may use: a type that is there, none, or what each link's losses say. */
@Service
public final class CodecChoiceCompleter extends ServiceCompleter {
    @Override
    Collection<String> words(Services services) throws Exception {
        Collection<String> words = new TreeSet<>(List.of(Codecs.AUTO, Codecs.NONE));
        services.eachPlugin(CodecProvider.class, plugin -> words.add(plugin.type()));
        return words;
    }
}
