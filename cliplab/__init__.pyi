"""The public names, each once: `__init__.py` and type checkers read them here."""

from ._core.language import set_language as set_language
from .images.credits import Attribution as Attribution, Credits as Credits
from .images.image_set import ImageSet as ImageSet
from .sources import (
    fetch_hub_images as fetch_hub_images,
    fetch_open_images as fetch_open_images,
    load_folder as load_folder,
    load_storybook as load_storybook,
)
from .embeddings.baselines import encode_colors as encode_colors, encode_pixels as encode_pixels
from .embeddings.encoder import ClipEncoder as ClipEncoder
from .embeddings.laboratory import (
    Laboratory as Laboratory,
    load_laboratory as load_laboratory,
)
from .embeddings.on_disk import StoredEmbeddings as StoredEmbeddings
from .embeddings.values import Embeddings as Embeddings, load_embeddings as load_embeddings
from .projection.placing import add_to_projection as add_to_projection
from .projection.projecting import project as project
from .projection.values import Projection as Projection
from .clustering.lloyd import kmeans_steps as kmeans_steps
from .clustering.measuring import remeasure as remeasure
from .clustering.sweeping import sweep_clusters as sweep_clusters
from .clustering.cluster_sweep import ClusterSweep as ClusterSweep
from .clustering.values import Clustering as Clustering
from .evaluation.agreement import Agreement as Agreement, class_agreement as class_agreement
from .evaluation.algorithm_comparison import (
    AlgorithmComparison as AlgorithmComparison,
    compare_algorithms as compare_algorithms,
)
from .evaluation.comparison import (
    Comparison as Comparison,
    compare_embeddings as compare_embeddings,
)
from .evaluation.evidence.gathering import evidence_for_k as evidence_for_k
from .evaluation.evidence.judging import Evidence as Evidence
from .evaluation.label_agreement import (
    LabelAgreement as LabelAgreement,
    agreement_by_label as agreement_by_label,
)
from .evaluation.low_silhouettes import (
    borderline_images as borderline_images,
    negative_images as negative_images,
)
from .evaluation.naming.cluster_names import (
    ClusterNames as ClusterNames,
    name_clusters as name_clusters,
)
from .evaluation.naming.text_ranking import TextRanking as TextRanking, rank_by_text as rank_by_text
from .evaluation.neighbors import (
    NeighborsKept as NeighborsKept,
    neighbor_counts as neighbor_counts,
    neighbors_kept as neighbors_kept,
)
from .evaluation.null import compare_null_data as compare_null_data, null_data as null_data
from .evaluation.silhouette_explanation import (
    SilhouetteExplanation as SilhouetteExplanation,
    explain_silhouette as explain_silhouette,
)
from .evaluation.valley import Valley as Valley, valley as valley
from .evaluation.transitions import (
    ClusterTransitions as ClusterTransitions,
    compare_clusterings as compare_clusterings,
)
from .packs.pack import Pack as Pack
from .packs.published import fetch_pack as fetch_pack
from .packs.saving import load_pack as load_pack, save_pack as save_pack
from .explorer.displays import (
    show_elbow as show_elbow,
    show_evidence as show_evidence,
    show_projection as show_projection,
    show_silhouettes as show_silhouettes,
    show_transitions as show_transitions,
    show_valley as show_valley,
)
from .explorer.explorer import Explorer as Explorer, explore as explore
from .explorer.model.groups import NamedGroup as NamedGroup
from .explorer.model.state import ExplorerState as ExplorerState
from .diagnosis import doctor as doctor

__version__: str
