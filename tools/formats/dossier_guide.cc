// HOW-TO-CHECK.txt: for a lawyer who has never seen a dossier, on any computer, without a network.
#include <map>

#include "formats/dossier_page.h"

namespace haki::formats {
namespace {

constexpr std::string_view kEnglishGuide = R"guide(HOW TO CHECK THIS DOSSIER

What it is
  Records and files that {by} of "{coalition}" put together
  on {at} (by the clock of that device). One signature covers
  every file. Dossier {id}.

1. Compare the fingerprint. THE STEP THAT MATTERS MOST.
   Ask the person who gave you this dossier, by telephone or face to
   face, to read you the fingerprint. Do not take it from the message
   that brought the dossier. It must be

       {fingerprint}

   If it is another one, somebody else has signed this dossier.

2. Check it with Haki, if you have it. No account, no network:

       haki verify FILE.zip --signer "{fingerprint}"

3. Or check it with common programs. Unpack the zip, open a terminal in
   its folder, and run

       minisign -V -P {key} -m MANIFEST.sha256
       sha256sum -c --strict MANIFEST.sha256

   The first must say that signature and comment are verified, and name
   dossier {id}.
   The second must say OK for each file (on a Mac: shasum -a 256 -c).
   Then see that the folder holds no file that is not in the list, but
   MANIFEST.sha256 and MANIFEST.sha256.minisig. These programs do not
   check the custody log and the times of the server; Haki does.

What it proves, when all this holds
  - Nothing in it was changed, added or removed since it was signed by
    whoever owns the key with that fingerprint.
  - Each entry of the custody log was signed by the device it names, and
    none is missing between two others.
  - Where a file has a time of the server: those very bytes were there
    then, if you trust the coalition's server, which signed it.

What it does not prove
  - That what a record or a picture says is true.
  - That the clock of any device was right.
  - That a key is a person's: that is what step 1 is for. Names are as
    the signer knows them.
  - That nothing was left out. What the signer knew of is in
    left-out.jsonl and on the page index.html.
  - What happened to a file before it was taken in.

There are no OpenPGP signatures (.asc) beside the .proof.csv files: the
signature above stands for them.
)guide";

constexpr std::string_view kFrenchGuide = R"guide(COMMENT VÉRIFIER CE DOSSIER

Ce que c'est
  Des fiches et des fichiers que {by} de « {coalition} » a réunis
  le {at} (selon l'horloge de cet appareil). Une seule signature
  couvre tous les fichiers. Dossier {id}.

1. Comparez l'empreinte. C'EST L'ÉTAPE LA PLUS IMPORTANTE.
   Demandez à la personne qui vous a remis ce dossier, par téléphone ou
   de vive voix, de vous lire l'empreinte. Ne la prenez pas dans le
   message qui a apporté le dossier. Elle doit être

       {fingerprint}

   Si elle est différente, quelqu'un d'autre a signé ce dossier.

2. Vérifiez-le avec Haki, si vous l'avez. Sans compte ni réseau :

       haki verify FICHIER.zip --signer "{fingerprint}"

3. Ou avec des programmes courants. Décompressez le zip, ouvrez un
   terminal dans son dossier et lancez

       minisign -V -P {key} -m MANIFEST.sha256
       sha256sum -c --strict MANIFEST.sha256

   Le premier doit dire que la signature et le commentaire sont vérifiés,
   et nommer le dossier {id}.
   Le second doit dire OK ou « Réussi » pour chaque fichier (sur un Mac :
   shasum -a 256 -c). Voyez ensuite qu'il n'y a là aucun fichier qui ne
   soit dans la liste, sauf MANIFEST.sha256 et MANIFEST.sha256.minisig.
   Ces programmes ne vérifient ni le journal ni les heures du serveur ;
   Haki le fait.

Ce que cela prouve, si tout est juste
  - Rien n'a été changé, ajouté ni enlevé depuis la signature par qui
    possède la clé de cette empreinte.
  - Chaque entrée du journal a été signée par l'appareil qu'elle nomme,
    et aucune ne manque entre deux autres.
  - Là où un fichier a une heure du serveur : ces octets mêmes y étaient
    alors, si vous vous fiez au serveur de la coalition, qui l'a signé.

Ce que cela ne prouve pas
  - Que ce que dit une fiche ou une image est vrai.
  - Que l'horloge d'un appareil était juste.
  - Qu'une clé est celle d'une personne : c'est le but de l'étape 1. Les
    noms sont ceux que le signataire connaît.
  - Que rien n'a été omis. Ce que le signataire savait est dans
    left-out.jsonl et sur la page index.html.
  - Ce qui est arrivé à un fichier avant sa prise en charge.

Il n'y a pas de signatures OpenPGP (.asc) à côté des fichiers .proof.csv :
la signature ci-dessus en tient lieu.
)guide";

constexpr std::string_view kSwahiliGuide = R"guide(JINSI YA KUKAGUA JALADA HILI

Ni nini
  Rekodi na faili ambazo {by} wa "{coalition}" alizikusanya
  {at} (kwa saa ya kifaa hicho). Saini moja inahusu faili zote.
  Jalada {id}.

1. Linganisha alama ya ufunguo. HII NDIYO HATUA MUHIMU ZAIDI.
   Mwombe aliyekupa jalada hili akusomee alama hiyo kwa simu au ana kwa
   ana. Usiichukue katika ujumbe ulioleta jalada. Lazima iwe

       {fingerprint}

   Ikiwa ni nyingine, mtu mwingine ametia saini jalada hili.

2. Likague kwa Haki, ukiwa nayo. Bila akaunti wala mtandao:

       haki verify FAILI.zip --signer "{fingerprint}"

3. Au kwa programu za kawaida. Fungua zip, fungua terminal ndani ya
   folda yake, kisha endesha

       minisign -V -P {key} -m MANIFEST.sha256
       sha256sum -c --strict MANIFEST.sha256

   Ya kwanza lazima iseme kwamba saini na maelezo yamethibitishwa, na
   itaje jalada {id}.
   Ya pili lazima iseme OK kwa kila faili (kwenye Mac: shasum -a 256 -c).
   Kisha hakikisha hakuna faili isiyomo katika orodha, isipokuwa
   MANIFEST.sha256 na MANIFEST.sha256.minisig. Programu hizi hazikagui
   kumbukumbu ya walioshughulikia wala saa za seva; Haki hukagua.

Kinachothibitishwa, yote yakiwa sawa
  - Hakuna kilichobadilishwa, kuongezwa wala kuondolewa tangu mwenye
    ufunguo wa alama hiyo alipotia saini.
  - Kila ingizo la kumbukumbu lilitiwa saini na kifaa kinachotajwa, na
    hakuna linalokosekana kati ya mawili.
  - Faili yenye saa ya seva: baiti hizo hizo zilikuwepo wakati huo,
    ukiamini seva ya muungano iliyotia saini.

Kisichothibitishwa
  - Kwamba rekodi au picha inasema kweli.
  - Kwamba saa ya kifaa chochote ilikuwa sahihi.
  - Kwamba ufunguo ni wa mtu fulani: ndiyo sababu ya hatua ya 1. Majina
    ni kama aliyetia saini anavyoyajua.
  - Kwamba hakuna kilichoachwa. Alichokijua aliyetia saini kimo katika
    left-out.jsonl na ukurasa index.html.
  - Yaliyoipata faili kabla ya kupokelewa.

Hakuna saini za OpenPGP (.asc) kando ya faili za .proof.csv: saini ya juu
inachukua nafasi yake.
)guide";

}  // namespace

std::string dossier_guide(const DossierPage& page) {
  const DossierMaterial& material = page.material;
  const std::map<std::string_view, std::string> values{{"{by}", material.by},
                                                       {"{coalition}", material.coalition_name},
                                                       {"{at}", utc_in_words(material.at_ms)},
                                                       {"{id}", material.id},
                                                       {"{fingerprint}", page.fingerprint},
                                                       {"{key}", page.minisign_key}};
  std::string_view rest = page.language == "fr" ? kFrenchGuide : page.language == "sw" ? kSwahiliGuide : kEnglishGuide;
  std::string text;
  while (!rest.empty()) {
    const auto open = rest.find('{');
    text += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto end = rest.find('}', open);
    text += values.at(rest.substr(open, end + 1 - open));
    rest.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace haki::formats
